/** However many people look, and however often their pages ask: one read at a time, and none within `freshMs` of the last. */
export function sharedReading<T>(read: () => Promise<T>, freshMs: number): () => Promise<T> {
  let last: { readonly value: T; readonly readAt: number } | null = null;
  let reading: Promise<T> | null = null;

  const readOnce = async () => {
    // As old as the question, not as the answer.
    const readAt = performance.now();
    const value = await read();
    last = { value, readAt };
    return value;
  };

  return async () => {
    if (last !== null && performance.now() - last.readAt < freshMs) return last.value;
    reading ??= readOnce().finally(() => {
      reading = null;
    });
    return reading;
  };
}
