/** Work that comes round again and again. */
export interface Rounds {
  /** The next round begins as soon as the one in hand is over. */
  hurry(): void;
  /** Begins nothing new, gives the round in hand `graceMs` to end, and breaks it off then. */
  stop(graceMs: number): Promise<void>;
}

export interface RoundsOptions {
  /** From the begin of one round to that of the next; a round that takes longer is followed by the next at once. */
  readonly everyMs: number;
  /** A round that takes longer is broken off: its signal is aborted. */
  readonly giveUpAfterMs: number;
  readonly onError: (error: unknown) => void;
}

/** What hangs for so long in spite of being broken off is left behind. */
const LEFT_BEHIND_MS = 5 * 60_000;

/** The first round begins at once. There are never two at a time, and no error ends them. */
export function keepGoing(
  work: (brokenOff: AbortSignal) => Promise<void>,
  { everyMs, giveUpAfterMs, onError }: RoundsOptions,
): Rounds {
  let stopped = false;
  let wake = () => {};
  let current: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const round = async () => {
    const abort = new AbortController();
    const ended = work(abort.signal).catch((error) => {
      if (!abort.signal.aborted) onError(error);
    });
    current = { abort, ended };
    if (!(await endsWithin(giveUpAfterMs, ended))) {
      abort.abort();
      onError(new Error(`given up after ${giveUpAfterMs / 1000} s`));
      await endsWithin(LEFT_BEHIND_MS, ended);
    }
    current = null;
  };
  const goOn = async () => {
    while (!stopped) {
      const next = pause();
      await round();
      await next;
    }
  };
  void goOn();

  return {
    hurry: () => wake(),
    async stop(graceMs) {
      stopped = true;
      wake();
      const inHand = current;
      if (inHand === null || (await endsWithin(graceMs, inHand.ended))) return;
      inHand.abort.abort();
    },
  };
}

async function endsWithin(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<false>((resolve) => {
    // A process that has nothing else to do need not wait for it.
    timer = setTimeout(resolve, ms, false).unref();
  });
  try {
    return await Promise.race([work.then(() => true), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
