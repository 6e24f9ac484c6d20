import type { DateTime } from 'luxon';
import { sentenceOf } from '../log.js';
import type { WebParts } from './web.js';

export interface Readiness {
  readonly ready: boolean;
  readonly ledger: string;
  readonly queue: string;
  readonly discovery: string;
}

/** Besides the rhythm of discovery, Amazon's own bound lies minutes back and its rate may hold a long read up. */
const STALE_AFTER_ROUNDS = 3;
const GRACE_MINUTES = 15;

/** Can this process do its work now: database, queue, and orders that are fresh? */
export async function readiness({ config, ledger, wakeUps, clock }: WebParts): Promise<Readiness> {
  const [ledgerSays, queueSays] = await Promise.all([answer(ledger.ping()), answer(wakeUps.ping())]);
  const staleBefore = clock
    .now()
    .minus(config.discoverEvery.toMillis() * STALE_AFTER_ROUNDS)
    .minus({ minutes: GRACE_MINUTES });
  const discovery = ledgerSays === 'ok' ? await freshness({ config, ledger }, staleBefore) : 'not known';
  return {
    ready: ledgerSays === 'ok' && queueSays === 'ok' && discovery === 'ok',
    ledger: ledgerSays,
    queue: queueSays,
    discovery,
  };
}

async function answer(ping: Promise<void>): Promise<string> {
  try {
    await ping;
    return 'ok';
  } catch (error) {
    return sentenceOf(error);
  }
}

async function freshness(
  { config, ledger }: Pick<WebParts, 'config' | 'ledger'>,
  staleBefore: DateTime,
): Promise<string> {
  const [feeds, accounts] = await Promise.all([ledger.feedProgress(), ledger.accounts()]);
  const paused = new Set(accounts.flatMap((account) => (account.paused === null ? [] : [account.name])));
  const stale = config.accounts.filter(({ name }) => {
    const readThrough = feeds.find(({ account }) => account === name)?.readThrough ?? null;
    return !paused.has(name) && (readThrough === null || readThrough < staleBefore);
  });
  return stale.length === 0 ? 'ok' : `orders not read lately: ${stale.map(({ name }) => name).join(', ')}`;
}
