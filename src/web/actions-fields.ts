import { isOrderId } from '../amazon/order-id.js';

/** One field of a form, without white space around it; `null`: it is not there, or more than once. */
export function field(form: unknown, name: string): string | null {
  if (typeof form !== 'object' || form === null || !Object.hasOwn(form, name)) return null;
  const value: unknown = Reflect.get(form, name);
  return typeof value === 'string' ? value.trim() : null;
}

/** What a form says, or what is wrong with it, in words for the person who filled it in. */
export type Filled<T> =
  | { readonly kind: 'filled'; readonly value: T }
  | { readonly kind: 'wrong'; readonly problem: string };

/** Characters. */
const LONGEST_REASON = 200;
const LONGEST_NAME = 80;
/** Who gives no name is on record as this. */
const SOMEBODY = 'somebody';

export function reasonIn(form: unknown, name: 'reason' | 'because'): Filled<string> {
  const text = field(form, name) ?? '';
  if (text === '') return wrong('A reason is needed: it is shown and kept.');
  return isPlainText(text, LONGEST_REASON)
    ? { kind: 'filled', value: text }
    : wrong(`A reason is one line of at most ${LONGEST_REASON} characters.`);
}

export function personIn(form: unknown): Filled<string> {
  const text = field(form, 'by') ?? '';
  if (text === '') return { kind: 'filled', value: SOMEBODY };
  return isPlainText(text, LONGEST_NAME)
    ? { kind: 'filled', value: text }
    : wrong(`A name is one line of at most ${LONGEST_NAME} characters.`);
}

export function orderIn(form: unknown): Filled<string> {
  const text = field(form, 'order') ?? '';
  return isOrderId(text) ? { kind: 'filled', value: text } : wrong('That is no order id.');
}

/** Nothing that a terminal obeys, and nothing that cannot be stored. */
function isPlainText(text: string, longest: number): boolean {
  return [...text].length <= longest && !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text);
}

function wrong(problem: string): { readonly kind: 'wrong'; readonly problem: string } {
  return { kind: 'wrong', problem };
}
