import type { ModelError } from '@sp-api-sdk/orders-api-2026-01-01';

/** A complete HTTP answer, before any fault touches it. */
export interface Answer {
  readonly status: number;
  readonly contentType: 'application/json' | 'application/hal+json';
  readonly body: object;
}

export function json(status: number, body: object): Answer {
  return { status, contentType: 'application/json', body };
}

export function hal(status: number, body: object): Answer {
  return { status, contentType: 'application/hal+json', body };
}

/** Amazon's error body. `details` is there and empty in every answer seen in public. */
export function refusal(status: number, code: string, message: string, details = ''): Answer {
  const errors: ModelError[] = [{ code, message, details }];
  return json(status, { errors });
}

/** Login with Amazon answers in OAuth's form, not in the Selling Partner API's. */
export function tokenRefusal(status: number, error: string, description: string): Answer {
  return json(status, { error, error_description: description });
}
