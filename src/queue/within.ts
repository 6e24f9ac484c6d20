/**
 * Gives up waiting after `ms`. The work itself goes on and may still succeed, which is harmless for wake-ups.
 * Needed because a broken connection may keep a command for ever, in the hope of sending it later.
 */
export async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

/** Whether `work` succeeded within `ms`. Never throws. */
export async function succeedsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return within(ms, work, 'work').then(
    () => true,
    () => false,
  );
}
