import type { Arrival, SpApiOperation } from '../../src/simulator/operation.js';
import { spApiOperations } from '../../src/simulator/operation.js';
import { amazonUsagePlans, type UsagePlan } from '../../src/simulator/token-bucket.js';
import type { Finding } from '../../test/support/finding.js';
import { allowed, type InForce, mostBeyond } from './bucket-replay.js';
import { type AccountName, askingCalls, faster, type Recording, slower } from './scene.js';

/** Of what Amazon allows while there is a backlog. */
const USED = 0.95;
/** The same after a change, which has to be learnt from an answer first. */
const USED_AFTER_CHANGE = 0.9;
/** Of what the other client leaves us. */
const FAIR_SHARE = 0.6;
/** Of our requests while another client uses the same plan. */
const MOST_REFUSED = 0.35;
/** A window in which less is allowed tells nothing: one request is a fifth of it. */
const LEAST_TO_JUDGE = 5;
/** After the first burst, and after a change has been learnt. */
const SETTLED_AFTER_MS = 5_000;
const SLOWER_SETTLED_AFTER_MS = 12_000;
/**
 * When less is allowed all at once, what already waits for its slot (at most three seconds of the old rate) still leaves, and
 * the answer that tells is under way.
 */
const CHANGE_SECONDS = 3;
/** Of a request: what adding up fractions leaves. */
const NEARLY_NOTHING = 1e-6;
/** What is worth a word beside a finding: processes that get no processor neither keep time nor use it. */
const STALLED_MS = 300;
const BUSY = 2;
const BACK_WITHIN_MS = 60_000;
const BACK_WINDOW_MS = 10_000;

/** What a recording shows, and what in it is not as it should be. */
export interface Judgement {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly findings: readonly Finding[];
}

export function judge(recording: Recording): Judgement {
  const found: Finding[] = [...recording.findings];
  const { stalledMs, loadPerProcessor } = recording;
  const isBusy = stalledMs > STALLED_MS || loadPerProcessor > BUSY;
  const hint = isBusy
    ? ` (this machine is busy, ${rounded(loadPerProcessor)} processes for each processor: try again when idle)`
    : '';
  const mind = (text: string) => void found.push({ kind: 'misbehaved', text: `${text}${hint}` });
  const figures = {
    requests: recording.arrivals.length,
    kills: recording.killedAt.length,
    ...aboutPace(recording, mind),
    ...aboutUse(recording, mind),
    ...aboutChanges(recording, mind),
    ...aboutSharing(recording, mind),
  };
  return { figures, findings: found };
}

type Mind = (text: string) => void;
type Figures = Record<string, number | string>;

/** Whoever does not share its plans, in every window, over all kills. */
function aboutPace(recording: Recording, mind: Mind): Figures {
  let most = Number.NEGATIVE_INFINITY;
  let refused = 0;
  for (const account of ['steady', 'second', 'merchant'] as const) {
    for (const operation of spApiOperations) {
      const calls = callsOf(recording, account, operation);
      const beyond = mostBeyond(instants(calls), plansOf(recording, account, operation));
      const throttled = calls.filter(isThrottled).length;
      most = Math.max(most, beyond);
      refused += throttled;
      if (beyond > NEARLY_NOTHING)
        mind(`${account}: ${operation} went beyond its plan by ${beyond.toFixed(2)} requests`);
      if (throttled > 0) mind(`${account}: ${throttled} of ${calls.length} ${operation} were answered 429`);
    }
  }
  return { 'requests beyond the plan in the fullest window': rounded(Math.max(0, most)), 'answered 429': refused };
}

function aboutUse(recording: Recording, mind: Mind): Figures {
  const from = recording.begunAt + SETTLED_AFTER_MS;
  const uses = (['steady', 'second'] as const).map((account) => {
    const use = useOf(recording, account, from, recording.endedAt);
    if (use.share < USED) mind(`${account}: only ${use.figure} % of what Amazon allows was used`);
    return use;
  });
  return { '% of the published rate used': leastOf(uses) };
}

function aboutChanges(recording: Recording, mind: Mind): Figures {
  const { fasterSince, slowerSince, endedAt } = recording;
  const up = useOf(recording, 'moving', fasterSince + SETTLED_AFTER_MS, slowerSince);
  const down = useOf(recording, 'moving', slowerSince + SLOWER_SETTLED_AFTER_MS, endedAt);
  if (up.share < USED_AFTER_CHANGE) mind(`moving: only ${up.figure} % of the faster rate was used`);
  if (down.share < USED_AFTER_CHANGE) mind(`moving: only ${down.figure} % of the slower rate was used`);

  const atChange = askingCalls.map((operation) => {
    const calls = callsOf(recording, 'moving', operation);
    const every = plansOf(recording, 'moving', operation);
    const before = mostBeyond(instants(calls.filter(({ at }) => at < slowerSince)), every);
    const beyond = mostBeyond(instants(calls), every);
    if (before > NEARLY_NOTHING)
      mind(`moving: ${operation} went beyond the faster plan by ${before.toFixed(2)} requests`);
    const most = faster.rate * CHANGE_SECONDS + 1;
    if (beyond > most)
      mind(`moving: ${operation} went ${beyond.toFixed(2)} beyond, the change to less explains ${most}`);
    const late = calls.filter((call) => isThrottled(call) && call.at > slowerSince + SLOWER_SETTLED_AFTER_MS);
    if (late.length > 0) mind(`moving: ${late.length} ${operation} were answered 429 long after the change`);
    return beyond;
  });
  return {
    '% of a faster rate used': up.figure,
    '% of a slower rate used': down.figure,
    'requests beyond while less was being learnt': rounded(Math.max(0, ...atChange)),
  };
}

function aboutSharing(recording: Recording, mind: Mind): Figures {
  const { sharedFrom, sharedUntil, elsewhere } = recording;
  const within = ({ at }: { readonly at: number }) => at >= sharedFrom && at <= sharedUntil;
  const ours = askingCalls.flatMap((operation) => callsOf(recording, 'shared', operation)).filter(within);
  const refused = ours.filter(isThrottled).length / Math.max(1, ours.length);
  const tells = sharedUntil - sharedFrom > 2 * BACK_WINDOW_MS;
  if (tells && refused > MOST_REFUSED) mind(`shared: ${percent(refused)} % of our requests were answered 429`);
  if (tells && refused === 0) mind('shared: the other client did not get in our way, so nothing was shown');

  const posts = callsOf(recording, 'shared', 'createSolicitation');
  const plans = plansOf(recording, 'shared', 'createSolicitation');
  const theirs = elsewhere.filter(({ operation, admitted }) => operation === 'createSolicitation' && admitted).length;
  const left = allowed(plans, sharedFrom, sharedUntil) - theirs;
  const share = posts.filter((call) => within(call) && !isThrottled(call)).length / left;
  if (left >= LEAST_TO_JUDGE && share < FAIR_SHARE)
    mind(`shared: we got only ${percent(share)} % of what the other client left`);

  return {
    '% of ours answered 429 beside another client': tells ? percent(refused) : TOO_SHORT,
    '% of what that client left us used': left >= LEAST_TO_JUDGE ? percent(share) : TOO_SHORT,
    'seconds until the full rate was back': backAgain(recording, mind),
  };
}

/** When the first window begins in which the whole rate is used again, after the other client has gone. */
function backAgain(recording: Recording, mind: Mind): number | string {
  const { sharedUntil, endedAt } = recording;
  if (endedAt - sharedUntil < 2 * BACK_WINDOW_MS) return TOO_SHORT;
  for (let from = sharedUntil; from + BACK_WINDOW_MS <= endedAt && from <= sharedUntil + BACK_WITHIN_MS; from += 500) {
    if (useOf(recording, 'shared', from, from + BACK_WINDOW_MS).share >= USED) {
      return rounded((from - sharedUntil) / 1000);
    }
  }
  // Less than a minute of it proves nothing: all processes are killed once more in that time.
  if (endedAt - sharedUntil < BACK_WITHIN_MS) return 'not yet:';
  mind('shared: the full rate did not come back within a minute');
  return 'never';
}

const TOO_SHORT = 'too short to tell:';

interface Use {
  /** Of what is allowed in the window; a window holds one request more or less by where it begins, and the one is given. */
  readonly share: number;
  /** The same in per cent, nothing given. */
  readonly figure: number | string;
}

/** How much of what Amazon allows an account's POSTs use; where nobody ran for longer than its bucket saves up, nobody could. */
function useOf(recording: Recording, account: AccountName, from: number, to: number): Use {
  const { downFrom, downUntil } = recording;
  const plans = plansOf(recording, account, 'createSolicitation');
  const used = callsOf(recording, account, 'createSolicitation').filter(
    (call) => call.at > from && call.at <= to && !isThrottled(call),
  ).length;
  const plan = plans.findLast(({ since }) => since <= downFrom)?.plan ?? amazonUsagePlans.createSolicitation;
  const savedMs = ((plan.burst - 1) / plan.rate) * 1000;
  const lost = allowed(plans, Math.max(from, downFrom + savedMs), Math.min(to, downUntil));
  const usable = allowed(plans, from, to) - lost;
  if (usable < LEAST_TO_JUDGE) return { share: 1, figure: TOO_SHORT };
  return { share: (used + 1) / usable, figure: percent(used / usable) };
}

function leastOf(uses: readonly Use[]): number | string {
  return uses.map(({ figure }) => figure).reduce((least, figure) => (figure < least ? figure : least));
}

/** The plans that Amazon has in force for an account. */
function plansOf(recording: Recording, account: AccountName, operation: SpApiOperation): readonly InForce[] {
  const since = (at: number, plan: UsagePlan): InForce => ({ since: at, plan });
  const published = since(Number.NEGATIVE_INFINITY, amazonUsagePlans[operation]);
  const moves = account === 'moving' && askingCalls.some((call) => call === operation);
  if (!moves) return [published];
  return [published, since(recording.fasterSince, faster), since(recording.slowerSince, slower)];
}

function callsOf({ arrivals }: Recording, account: AccountName, operation: SpApiOperation): readonly Arrival[] {
  return arrivals.filter((call) => call.account === account && call.operation === operation);
}

function instants(calls: readonly Arrival[]): number[] {
  return calls.map(({ at }) => at);
}

function isThrottled({ status }: Arrival): boolean {
  return status === 429;
}

function percent(share: number): number {
  return rounded(share * 100);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
