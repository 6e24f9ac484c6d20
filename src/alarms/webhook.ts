import { DateTime } from 'luxon';

/** What became of one POST. Never names the address, which is a secret. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** This message was refused; another one may get through. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** Nobody is there, or a rest is asked for: nothing would get through now. */
  | { readonly kind: 'away'; readonly cause: string; readonly restMs: number | null };

export interface Webhook {
  post(message: unknown): Promise<Delivery>;
}

export interface WebhookOptions {
  readonly url: string;
  readonly userAgent: string;
  readonly timeoutMs: number;
  /** Aborted when the process ends: a POST under way is broken off. */
  readonly ending: AbortSignal;
}

export function openWebhook({ url, userAgent, timeoutMs, ending }: WebhookOptions): Webhook {
  return {
    async post(message) {
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(new OutOfTime()), timeoutMs);
      const end = () => giveUp.abort();
      ending.addEventListener('abort', end, { once: true });
      try {
        ending.throwIfAborted();
        const response = await fetch(url, {
          method: 'POST',
          // Messages are hours apart: a connection that was kept would mostly be found dead, and the message come late.
          headers: { 'content-type': 'application/json', 'user-agent': userAgent, connection: 'close' },
          body: JSON.stringify(message),
          // A redirect would carry what the message says to somebody the owner did not name.
          redirect: 'manual',
          signal: giveUp.signal,
        });
        // Whatever it goes on to say, and however long: nobody reads it.
        void response.body?.cancel().catch(() => {});
        return deliveryOf(response);
      } catch (error) {
        return { kind: 'away', cause: causeOf(error), restMs: null };
      } finally {
        clearTimeout(timer);
        ending.removeEventListener('abort', end);
      }
    },
  };
}

class OutOfTime extends Error {}

function deliveryOf({ status, headers }: Response): Delivery {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const cause = status >= 300 && status < 400 ? `HTTP ${status}, and redirects are not followed` : `HTTP ${status}`;
  const away = status === 408 || status === 425 || status === 429 || status >= 500;
  return away ? { kind: 'away', cause, restMs: restMs(headers) } : { kind: 'refused', cause };
}

/** `Retry-After`: seconds or a date (RFC 9110, 10.2.3). A date counts from the answer's own, whatever the clock here says. */
function restMs(headers: Headers): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const until = DateTime.fromHTTP(text);
  const from = DateTime.fromHTTP(headers.get('date') ?? '');
  return until.isValid && from.isValid ? Math.max(0, until.diff(from).toMillis()) : null;
}

/** The kind of the trouble alone: the words of an error name the host, or the whole address. */
function causeOf(error: unknown): string {
  if (error instanceof OutOfTime) return 'no answer in time';
  const code = fieldOf(fieldOf(error, 'cause') ?? error, 'code');
  return typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? `no connection (${code})` : 'no connection';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
