import { hostname } from 'node:os';
import { digestAccounts } from '../src/alarms/digest-accounts.js';
import { type AlarmLedger, type FactSources, gatherFacts } from '../src/alarms/gather-facts.js';
import { Messenger, POST_TIMEOUT_MS } from '../src/alarms/messenger.js';
import { oncePer } from '../src/alarms/once-per.js';
import { keepGoing } from '../src/alarms/rounds.js';
import { Watch } from '../src/alarms/watch.js';
import { openWebhook } from '../src/alarms/webhook.js';
import type { AlignedClock } from '../src/aligned-clock.js';
import type { Config } from '../src/config/config.js';
import { type Log, sentenceOf } from '../src/log.js';
import { version } from '../src/package-root.js';
import type { AlarmThresholds } from '../src/policy/alarm-facts.js';
import { judgeAlarms } from '../src/policy/alarm-judgement.js';
import { readRedisSafety } from '../src/queue/eviction-policy.js';
import { within } from '../src/queue/within.js';

/** An evaluation is a few small queries; one that takes longer hangs. */
const GIVE_UP_AFTER_MS = 30_000;
/** A round of messages ends by itself well before. */
const GIVE_UP_TELLING_AFTER_MS = 10 * 60_000;
/** Redis is asked beside everything else, and must not hold it up. */
const REDIS_PATIENCE_MS = 2_000;
/** What a process that ends may still take to hear that a message has arrived; otherwise it is told once more. */
const LAST_WORDS_MS = 1_200;
/** Alarms about a machine that has not spoken for so long, or for some rounds, are taken back by the others. */
const SILENT_MACHINE_MINUTES = 15;
const SILENT_MACHINE_ROUNDS = 10;
/** Trouble that comes with every round is worth a line now and then. */
const LOG_EVERY_MS = 10 * 60_000;

export interface AlarmParts {
  readonly config: Config;
  readonly ledger: AlarmLedger;
  readonly clock: AlignedClock;
  readonly log: Log;
  /** Aborted when the process begins to end: nothing new is begun. */
  readonly leaving: AbortSignal;
}

export interface Alarms {
  stop(): Promise<void>;
}

/**
 * Judges the alarms every ALERT_EVERY and tells a person what is new, in two loops of their own: a webhook that hangs delays
 * no judgement, and neither delays the worker. Any number of processes may run them beside each other; the book sees to it
 * that each alarm is told once.
 */
export function startAlarms(parts: AlarmParts): Alarms {
  const { config, log, leaving } = parts;
  const everyMs = config.alarms.every.toMillis();
  const notJudged = oncePer(LOG_EVERY_MS, parts.clock.stopwatch(), (what: string, error: unknown) =>
    log.warn('alarms-not-judged', { what, error: sentenceOf(error) }),
  );
  const sources = factSources(parts, notJudged);
  const ending = new AbortController();
  const messenger = openMessenger(parts, sources, ending.signal);
  const telling =
    messenger &&
    keepGoing((brokenOff) => messenger.tellAll(() => brokenOff.aborted || leaving.aborted), {
      everyMs,
      giveUpAfterMs: GIVE_UP_TELLING_AFTER_MS,
      onError: (error) => notJudged('messages', error),
    });
  const judgeAndTell = async (brokenOff: AbortSignal) => {
    if (await judge(parts, sources, brokenOff)) telling?.hurry();
  };
  const judging = keepGoing(judgeAndTell, {
    everyMs,
    giveUpAfterMs: GIVE_UP_AFTER_MS,
    onError: (error) => notJudged('everything', error),
  });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= Promise.all([judging.stop(LAST_WORDS_MS), telling?.stop(LAST_WORDS_MS)]).then(() => ending.abort());
    return stopped;
  };
  leaving.addEventListener('abort', () => void stop(), { once: true });
  return { stop };
}

function factSources({ config, ledger, clock }: AlarmParts, missed: FactSources['missed']): FactSources {
  const { redisUrl } = config;
  const thresholds: AlarmThresholds = { ...config.alarms, readEvery: config.discoverEvery };
  return {
    ledger,
    accounts: config.accounts.map(({ name, sendMode, marketplaces, secretRotatedOn }) => ({
      name,
      live: sendMode === 'live',
      marketplaceIds: marketplaces.map(({ id }) => id),
      secretRotatedOn,
    })),
    thresholds,
    host: hostname(),
    watch: new Watch(),
    queueProblems: async () => {
      if (redisUrl === null) return [];
      return (await within(REDIS_PATIENCE_MS, readRedisSafety(redisUrl.reveal()), 'asking Redis')).problems;
    },
    againstAmazon: () => clock.againstAmazon(),
    missed,
  };
}

/** Answers whether there is news. */
async function judge(
  { ledger, clock, log }: AlarmParts,
  sources: FactSources,
  brokenOff: AbortSignal,
): Promise<boolean> {
  // What another process notes from here on is newer than these facts.
  const asOf = await ledger.time();
  await clock.followLedger(ledger.time);
  const { thresholds, host } = sources;
  const facts = await gatherFacts(sources, clock.now(), asOf);
  const { firing, judged } = judgeAlarms(facts, thresholds, clock.now());
  brokenOff.throwIfAborted();
  const bookTime = await ledger.time();
  const silentMs = SILENT_MACHINE_ROUNDS * thresholds.every.toMillis();
  const silentBefore = bookTime.minus(Math.max(silentMs, SILENT_MACHINE_MINUTES * 60_000));
  const { opened, resolved } = await ledger.noteAlarms(
    firing,
    { names: judged, subject: host, silentBefore, asOf },
    bookTime,
  );
  for (const { name, ...alarm } of opened) log.warn('alarm-fired', { alarm: name, ...alarm });
  for (const { name, account, subject } of resolved) log.info('alarm-cleared', { alarm: name, account, subject });
  return opened.length + resolved.length > 0;
}

function openMessenger({ config, ledger, clock, log }: AlarmParts, { accounts }: FactSources, ending: AbortSignal) {
  const { webhookUrl, webhookFormat, every, repeat, digestAt } = config.alarms;
  if (webhookUrl === null) return null;
  return new Messenger({
    book: ledger,
    webhook: openWebhook({
      url: webhookUrl.reveal(),
      userAgent: `askonce/${version}`,
      timeoutMs: POST_TIMEOUT_MS,
      ending,
    }),
    format: webhookFormat,
    mode: config.sendMode,
    every,
    repeat,
    digestAt,
    time: ledger.time,
    digestAccounts: (now) =>
      digestAccounts(
        accounts.map(({ name }) => name),
        ledger,
        now,
      ),
    stopwatch: () => clock.stopwatch(),
    warn: log.warn,
  });
}
