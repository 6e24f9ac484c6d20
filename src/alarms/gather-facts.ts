import type { DateTime } from 'luxon';
import type { AlarmBook } from '../ledger/alarm-book.js';
import type { AccountState, Ledger } from '../ledger/ledger.js';
import type { AccountAsks, AccountBacklog, Overview } from '../ledger/overview.js';
import type { Reports } from '../ledger/reports.js';
import type {
  AccountFacts,
  AlarmFacts,
  AlarmThresholds,
  LineFacts,
  OpenAlarm,
  QueueProblem,
} from '../policy/alarm-facts.js';
import type { HeldReason } from '../policy/answer.js';
import { latest } from '../policy/instants.js';
import { type ClockReading, clockFacts } from './gather-clock.js';
import { lookFacts } from './gather-looks.js';
import type { Watch } from './watch.js';

export type AlarmLedger = Pick<Ledger, 'accounts' | 'feeds' | 'firstLooks' | 'time'> &
  Pick<Reports, 'feedProgress'> &
  Pick<Overview, 'arrivals' | 'asks' | 'backlogs' | 'duePerDay' | 'inDoubt' | 'sentPerDay' | 'tallies'> &
  AlarmBook;

export interface AlarmAccount {
  readonly name: string;
  readonly live: boolean;
  readonly marketplaceIds: readonly string[];
  readonly secretRotatedOn: DateTime | null;
}

export interface FactSources {
  readonly ledger: AlarmLedger;
  readonly accounts: readonly AlarmAccount[];
  readonly thresholds: AlarmThresholds;
  readonly host: string;
  readonly watch: Watch;
  /** What is wrong with the queue's store; throws when it does not answer. */
  readonly queueProblems: () => Promise<readonly QueueProblem[]>;
  /** This machine's clock and the ledger's, measured by Amazon's; `null`: Amazon was not heard lately. */
  readonly againstAmazon: () => ClockReading | null;
  /** Told of what could not be read. */
  readonly missed: (what: string, error: unknown) => void;
}

/** Requests in doubt are few; of more than these the newest cannot be the oldest of their account in any case that matters. */
const MOST_DOUBTS = 1_000;
/** Older ones are not asked after: who raised so many since has other troubles. */
const RECENT_ALARMS = 100;
const ARRIVAL_DAYS = 60;
/** A silence that was told of is remembered for so long: until then it is not an account that never had orders. */
const LONG_SILENCE_DAYS = 400;
/** Orders that are tried in vain are due, put off, and due again, within seconds. */
const TRIED_AGAIN_WITHIN_MS = 60_000;
/** An order that is due and about to be asked is no backlog. */
const LONGEST_MOMENT_MS = 30_000;

/**
 * Reads everything that alarms are judged by. What cannot be read is `null`, so that it silences no other alarm; without the
 * accounts and the book there is nothing to judge: then it throws. `now` is the worker's time, `bookTime` the ledger's.
 */
export async function gatherFacts(sources: FactSources, now: DateTime, bookTime: DateTime): Promise<AlarmFacts> {
  const { ledger, host, accounts, queueProblems } = sources;
  const [states, open, recent] = await Promise.all([
    ledger.accounts(),
    ledger.openAlarms(),
    ledger.recentAlarms(RECENT_ALARMS),
  ]);
  const alarms = { open, recent };
  const orNull = async <T>(what: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      sources.missed(what, error);
      return null;
    }
  };
  const shared = {
    progress: await orNull('feed progress', () => ledger.feedProgress()),
    arrivals: await orNull('arrivals', () => ledger.arrivals(now.minus({ days: ARRIVAL_DAYS }))),
    line: await orNull('backlogs', () => readLine(sources, now)),
    doubts: await orNull('requests in doubt', () => ledger.inDoubt(MOST_DOUBTS)),
  };
  const arrivalsOf = async (name: string) => {
    const lately = shared.arrivals?.filter(({ account }) => account === name) ?? null;
    const isTold = open.some((alarm) => alarm.name === 'feed-silent' && alarm.account === name);
    if (lately === null || lately.length > 0 || !isTold) return lately;
    const since = now.minus({ days: LONG_SILENCE_DAYS });
    return orNull('arrivals', async () => (await ledger.arrivals(since)).filter(({ account }) => account === name));
  };
  const facts: AccountFacts[] = [];
  for (const account of accounts) {
    const state = states.find(({ name }) => name === account.name);
    const { name, live, secretRotatedOn } = account;
    facts.push({
      name,
      live,
      secretRotatedOn,
      paused: state?.paused ?? null,
      reading:
        shared.progress === null
          ? null
          : await orNull('feeds', () => readingFacts(account, state, shared.progress ?? [], sources, now)),
      arrivals: await arrivalsOf(name),
      line:
        shared.line === null
          ? null
          : await orNull('looks', () => lineFacts(account, state, shared.line ?? noLine, open, sources, now)),
      doubts:
        shared.doubts === null
          ? null
          : {
              requests: shared.doubts.flatMap(({ account, orderId, intentAt }) =>
                account === name && intentAt !== null ? [{ orderId, intentAt }] : [],
              ),
            },
      looks: await orNull('first looks', () => lookFacts(name, alarms, sources, now)),
    });
  }
  return {
    accounts: facts,
    queue: await orNull('queue', queueProblems),
    clock: clockFacts(sources.againstAmazon(), host, recent, bookTime),
    host,
    open,
  };
}

async function readingFacts(
  { name, marketplaceIds }: AlarmAccount,
  state: AccountState | undefined,
  progress: Awaited<ReturnType<Reports['feedProgress']>>,
  { ledger, watch, thresholds }: FactSources,
  now: DateTime,
): Promise<AccountFacts['reading']> {
  const readThrough = progress.find(({ account }) => account === name)?.readThrough ?? null;
  const watchedSince = watch.holdsSince(`${name}: not paused`, (state?.paused ?? null) === null, now) ?? now;
  const movedAt = watch.changedAt(`${name}: read through`, readThrough?.toMillis() ?? null, now);
  const known = { readThrough, movedAt, watchedSince };
  const lastSign = latest(readThrough, movedAt) ?? watchedSince;
  if (now.diff(lastSign).toMillis() < thresholds.feedSilentAfter.toMillis()) return known;
  // After a long time in which nobody ran, a read takes hours at Amazon's rate, and its mark moves with the last page.
  const underWay = (await ledger.feeds(name, marketplaceIds)).map(({ read }) => read?.startedAt ?? null);
  return { ...known, movedAt: latest(movedAt, ...underWay) };
}

interface Line {
  readonly backlogs: readonly AccountBacklog[];
  /** Those who wait for longer than it takes to be asked. */
  readonly waiting: readonly AccountBacklog[];
  readonly asks: readonly AccountAsks[];
  /** Accounts with orders that were tried in vain the last time. */
  readonly inVain: ReadonlySet<string>;
}

const noLine: Line = { backlogs: [], waiting: [], asks: [], inVain: new Set() };

const inVainReasons: ReadonlySet<string> = new Set([
  'throttled',
  'not-sent',
  'account-trouble',
  'no-answer',
] satisfies HeldReason[]);

async function readLine({ ledger, thresholds }: FactSources, now: DateTime): Promise<Line> {
  const closingBefore = now.plus(thresholds.deadlineWithin);
  const moment = Math.min(thresholds.every.toMillis() / 2, LONGEST_MOMENT_MS);
  const tallies = await ledger.tallies();
  return {
    backlogs: await ledger.backlogs(now, closingBefore),
    waiting: await ledger.backlogs(now.minus(moment), closingBefore),
    asks: await ledger.asks(now.minus(thresholds.nothingSentAfter)),
    inVain: new Set(
      tallies
        .filter(({ state, reason }) => state === 'scheduled' && reason !== null && inVainReasons.has(reason))
        .map(({ account }) => account),
    ),
  };
}

async function lineFacts(
  { name, live }: AlarmAccount,
  state: AccountState | undefined,
  line: Line,
  open: readonly OpenAlarm[],
  { ledger, watch, thresholds }: FactSources,
  now: DateTime,
): Promise<LineFacts> {
  const backlog = line.backlogs.find(({ account }) => account === name);
  const waiting = line.waiting.find(({ account }) => account === name);
  const overdue = backlog?.overdue ?? 0;
  const closing = waiting?.closing ?? 0;
  const asking = live && (state?.paused ?? null) === null;
  // While the account is left alone for its trouble, nobody tries, and its orders are put off together.
  const leftAlone = (state?.coolDownUntil ?? now) > now;
  const tolerance = leftAlone
    ? Number.POSITIVE_INFINITY
    : Math.max(TRIED_AGAIN_WITHIN_MS, 3 * thresholds.every.toMillis());
  const lastAskAt = line.asks.find(({ account }) => account === name)?.lastAt ?? null;
  const waitingSince = watch.holdsSince(`${name}: waiting`, asking && (overdue > 0 || line.inVain.has(name)), now, {
    toleranceMs: asking ? tolerance : 0,
    interruptedAt: lastAskAt,
  });
  const longAgo = now.minus(thresholds.nothingSentAfter);
  const looks =
    waitingSince !== null && waitingSince <= longAgo ? (await ledger.firstLooks(name, longAgo)).recent : null;
  const raised = open.find((alarm) => alarm.name === 'nothing-sent' && alarm.account === name);
  const asked = raised && (await ledger.asks(raised.firedAt)).find(({ account }) => account === name);
  return {
    inVain: line.inVain.has(name),
    askedSinceRaised: raised === undefined ? null : (asked?.posts ?? 0),
    overdue,
    overdueSince: backlog?.overdueSince ?? null,
    waitingSince,
    lastAskAt,
    answeredLooks: looks === null ? 0 : looks.offered + looks.gone,
    closing,
    closingSince: watch.holdsSince(`${name}: closing`, closing >= thresholds.deadlineBacklog, now),
    nearestDeadline: waiting?.nearestDeadline ?? null,
  };
}
