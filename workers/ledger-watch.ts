import type { Ledger } from '../src/ledger/ledger.js';
import { type Log, sentenceOf } from '../src/log.js';
import { within } from '../src/queue/within.js';

const LOOK_EVERY_MS = 5_000;
/** As long as a statement waits for a connection before the ledger counts as gone. */
const PATIENCE_MS = 10_000;
const SAY_AGAIN_AFTER_MS = 60_000;

export interface LedgerWatch {
  /** Resolves when the ledger could not be reached for so long, with the cause in words. */
  readonly gone: Promise<string>;
  stop(): void;
}

/** Looks whether the ledger answers. Time counts from the first look that failed: a process that slept has missed nothing. */
export function watchLedger(ledger: Pick<Ledger, 'ping'>, goneAfterMs: number, log: Log): LedgerWatch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let report: (why: string) => void = () => {};
  const gone = new Promise<string>((resolve) => {
    report = resolve;
  });
  let failing: { readonly since: number; toldAt: number } | null = null;

  const look = async () => {
    try {
      await within(PATIENCE_MS, ledger.ping(), 'reaching the ledger');
      if (failing !== null) log.info('ledger-back', { afterSeconds: secondsSince(failing.since) });
      failing = null;
    } catch (error) {
      if (stopped) return;
      const now = performance.now();
      failing ??= { since: now, toldAt: Number.NEGATIVE_INFINITY };
      if (now - failing.since >= goneAfterMs) return report(sentenceOf(error));
      if (now - failing.toldAt >= SAY_AGAIN_AFTER_MS) {
        failing.toldAt = now;
        log.warn('ledger-unreachable', { error: sentenceOf(error), forSeconds: secondsSince(failing.since) });
      }
    }
    if (!stopped) timer = setTimeout(() => void look(), Math.min(LOOK_EVERY_MS, goneAfterMs / 4)).unref();
  };
  void look();

  return {
    gone,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function secondsSince(instant: number): number {
  return Math.round((performance.now() - instant) / 1000);
}
