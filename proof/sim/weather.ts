import type { SeededRandom } from '../../src/simulator/seeded-random.js';

/** What may go wrong in a run. Each kind draws from a stream of its own, so that leaving one out changes the others little. */
export const weatherKinds = [
  /** A worker is killed, before or after any call of its own has taken effect; also all of them at once. */
  'crashes',
  /** A worker is stopped for seconds to hours, and then goes on; what it had sent out takes effect meanwhile. */
  'stops',
  /** A worker is asked to end, drains, and is started again. */
  'restarts',
  /** The ledger cannot be reached for minutes to hours. */
  'ledger-outages',
  /** Single calls of the ledger fail, before they took effect or after. */
  'ledger-hiccups',
  /** Nothing can be rung and nothing rings. */
  'queue-outages',
  /** Everything in the queue is gone. */
  'queue-wipes',
  /** Wake-ups come late, twice, in another order, or not at all. */
  'queue-noise',
  /** Amazon carried a call out, and its answer does not arrive. */
  'lost-answers',
  /** A request of ours is not carried out: reset, silence, 5xx, 429, no connection. */
  'failing-calls',
  /** A POST is accepted only long after the caller gave up. */
  'late-acceptance',
  /** GET goes on offering what was asked already. */
  'stale-looks',
  /** GET offers nothing, whatever is true. */
  'empty-looks',
  /** Amazon, or its login, is down or refuses everybody for hours. */
  'amazon-outages',
  /** Requests and answers take seconds. */
  'slow-wire',
  /** The wall clocks of the machines are set by seconds to months, and machines sleep. */
  'clocks',
  /** The ledger's own clock is set by seconds to months. */
  'ledger-clock',
  /** The owner pauses accounts and says never, at the worst moment. */
  'people',
  /** The owner changes rules; a dry run goes live. */
  'new-rules',
] as const;

export type WeatherKind = (typeof weatherKinds)[number];

/**
 * What Amazon must keep to for the promise to hold in full, because there is nothing else to know it by. Runs whose weather
 * stays inside are held to everything; runs beyond it to what holds always: a POST leaves under a living claim only, final
 * rows do not change, every order ends or has a next look, nothing falls over.
 */
export const limitsInWords = [
  'A request that Amazon has accepted, however late, shows in its GET before the second look of SETTLE_LOOKS (24 hours after the claim).',
  'The GET is not wrongly empty at two looks in a row at an order whose request is in doubt, unless most first looks of the account are empty as well.',
  'A request arrives at Amazon, or never, before its claim runs out (CLAIM_LEASE).',
  'Where the action goes away for another reason while a request is in doubt (the window ends, the order is cancelled, somebody else asks), the order is on record as sent, inferred: nobody can tell the difference.',
  "The ledger's clock is right to two minutes, or Amazon has been heard twice since the worker started: then its clock is followed. What a worker decides before that, it decides by the ledger's clock.",
  'A worker whose machine has slept goes by the time at which it fell asleep until it has read the ledger\u2019s again (15 seconds), and, where it goes by Amazon\u2019s, until Amazon answers again. What it writes down before bears that time; what falls due meanwhile it leaves to others and to later.',
  'Between the last check of the claim and the first byte of the request not all timers of a machine stand still (a virtual machine that is frozen with its clocks).',
  'An order that arrives weeks before or after everything we can know of it leaves its own window, or ours, too short.',
] as const;

/** How hard each kind blows in one run. Probabilities are per chance to strike. */
export interface Weather {
  readonly kinds: ReadonlySet<WeatherKind>;
  /** Amazon may do what {@link limitsInWords} rules out. */
  readonly beyondLimits: boolean;
  /** From 0 (hardly) to 1 (as hard as it gets). */
  readonly force: number;
}

/** One run in six is calm, so that what is found in calm weather is found as such; one in seven goes beyond the limits. */
export function drawWeather(random: SeededRandom, without: ReadonlySet<WeatherKind>): Weather {
  const calm = random.chance(1 / 6);
  const beyondLimits = random.chance(1 / 7);
  const share = random.between(0.3, 1);
  const force = random.next();
  const kinds = weatherKinds.filter(() => random.chance(share));
  const drawn = calm ? kinds.slice(0, 2) : kinds;
  return { kinds: new Set(drawn.filter((kind) => !without.has(kind))), beyondLimits: beyondLimits && !calm, force };
}

/** Inside the limits a worker's clock follows the ledger's, which is off by at most this much before Amazon's is followed. */
export function clocksDifferMs({ kinds }: Weather): number {
  return kinds.has('ledger-clock') ? 125_000 : 5_000;
}
