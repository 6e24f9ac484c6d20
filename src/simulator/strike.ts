import type { Answer } from './answer.js';
import { type Exchange, eventOf } from './exchange.js';
import type { FaultKind } from './fault.js';
import type { FaultBoard } from './fault-board.js';
import { forbidden, refusedToken, serverError, throttled, tokenServerError } from './refusals.js';

/** What goes back to the caller, and the fault that had a hand in it. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      /** The value of `x-amzn-RateLimit-Limit`; `null` when the request did not get as far as being metered. */
      readonly rateLimit: string | null;
      readonly fault: FaultKind | null;
      readonly damage: Damage | null;
    }
  | { readonly kind: 'cut'; readonly fault: FaultKind }
  | { readonly kind: 'silence'; readonly fault: FaultKind };

type Damage = { readonly kind: 'broken-json' } | { readonly kind: 'huge-body'; readonly bytes: number };

export function answered(answer: Answer, rateLimit: string | null = null): Outcome {
  return { kind: 'answer', answer, rateLimit, fault: null, damage: null };
}

/** A fault that keeps the request from being acted on. */
export function outcomeBefore(faults: FaultBoard, exchange: Exchange): Outcome | null {
  const kinds = ['reset', 'hang', 'server-error', 'throttle', 'forbidden', 'token-refused'] as const;
  const fault = exchange.route && faults.draw(kinds, eventOf(exchange, 'before'));
  if (!fault) return null;
  switch (fault.kind) {
    case 'reset':
      return { kind: 'cut', fault: fault.kind };
    case 'hang':
      return { kind: 'silence', fault: fault.kind };
    case 'server-error':
      return struck(brokenServer(exchange, fault.status), fault.kind);
    case 'throttle':
      return struck(throttled(), fault.kind);
    case 'forbidden':
      return struck(forbidden(fault.text), fault.kind);
    case 'token-refused':
      return struck(refusedToken(fault.error), fault.kind);
    default:
      return fault satisfies never;
  }
}

/** What a fault leaves of an answer when everything has been done. */
export function outcomeAfter(faults: FaultBoard, exchange: Exchange, outcome: Outcome): Outcome {
  if (outcome.kind !== 'answer' || !exchange.route) return outcome;
  const event = eventOf(exchange, 'after');

  // "After" a POST means after it was accepted: a refusal that gets lost teaches nothing new.
  const happened = exchange.route.kind !== 'createSolicitation' || outcome.answer.status === 201;
  const fault = happened ? faults.draw(['answer-lost', 'hang', 'server-error'], event) : null;
  switch (fault?.kind) {
    case 'answer-lost':
      return { kind: 'cut', fault: fault.kind };
    case 'hang':
      return { kind: 'silence', fault: fault.kind };
    case 'server-error':
      return struck(brokenServer(exchange, fault.status), fault.kind);
    case undefined:
      break;
    default:
      return fault satisfies never;
  }

  const damage = faults.draw(['broken-json', 'huge-body'], event);
  return damage ? { ...outcome, damage, fault: damage.kind } : outcome;
}

export function wireBody({ answer, damage }: Extract<Outcome, { kind: 'answer' }>): string {
  const body = JSON.stringify(answer.body);
  switch (damage?.kind) {
    case 'broken-json':
      return body.slice(0, -1);
    case 'huge-body':
      return body.padEnd(damage.bytes, ' ');
    case undefined:
      return body;
    default:
      return damage satisfies never;
  }
}

function struck(answer: Answer, fault: FaultKind): Outcome {
  return { kind: 'answer', answer, rateLimit: null, fault, damage: null };
}

function brokenServer({ route }: Exchange, status: number): Answer {
  return route?.kind === 'token' ? tokenServerError(status) : serverError(status);
}
