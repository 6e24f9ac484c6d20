import { sentenceOf } from '../../log.js';

/** What one look at the ground found. */
export interface Check {
  readonly name: string;
  /** `note`: nothing is wrong, but a person should know. */
  readonly kind: 'ok' | 'note' | 'failed';
  readonly detail: string;
  /** What to do; `null` when there is nothing to do. */
  readonly remedy: string | null;
}

export function fine(name: string, detail: string): Check {
  return { name, kind: 'ok', detail, remedy: null };
}

export function note(name: string, detail: string, remedy: string | null = null): Check {
  return { name, kind: 'note', detail, remedy };
}

export function failed(name: string, detail: string, remedy: string): Check {
  return { name, kind: 'failed', detail, remedy };
}

/** Longer than a call may take, so that the call itself says what is wrong where it can. */
const PATIENCE_MS = 10_000;

/** Looks, and whatever happens answers in time: one part that fails or hangs hides none of the others. */
export async function looked(
  name: string,
  remedy: string,
  look: () => Promise<readonly Check[]>,
  patienceMs = PATIENCE_MS,
): Promise<readonly Check[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<readonly Check[]>((resolve) => {
    timer = setTimeout(() => resolve([failed(name, `no answer within ${patienceMs / 1000} s`, remedy)]), patienceMs);
  });
  try {
    return await Promise.race([look(), tooLate]);
  } catch (error) {
    return [failed(name, sentenceOf(error), remedy)];
  } finally {
    clearTimeout(timer);
  }
}
