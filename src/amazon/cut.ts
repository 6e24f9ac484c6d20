export interface Cut {
  readonly signal: AbortSignal;
  /** Why the signal fired; `null` while it has not. */
  reason(): 'timeout' | 'shutdown' | null;
  /** Must be called when the work is over. */
  release(): void;
}

/**
 * A signal that fires at shutdown or when the time is up. `AbortSignal.any` would do the same, but on Node 20 it keeps
 * something for every call on a signal that lives as long as the process.
 */
export function cutAfter(timeoutMs: number, shutdown: AbortSignal): Cut {
  const controller = new AbortController();
  let reason: 'timeout' | 'shutdown' | null = null;
  const cut = (why: 'timeout' | 'shutdown'): void => {
    reason ??= why;
    controller.abort();
  };
  const timer = setTimeout(() => cut('timeout'), timeoutMs);
  const onShutdown = (): void => cut('shutdown');
  if (shutdown.aborted) onShutdown();
  else shutdown.addEventListener('abort', onShutdown, { once: true });
  return {
    signal: controller.signal,
    reason: () => reason,
    release: () => {
      clearTimeout(timer);
      shutdown.removeEventListener('abort', onShutdown);
    },
  };
}
