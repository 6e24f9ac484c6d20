import { z } from 'zod';
import { type Operation, operations, spApiOperations } from './operation.js';
import { forbiddenTextNames, tokenRefusalNames } from './refusals.js';

/** Where and how often a fault strikes; everything left out is no limit. */
const aim = {
  account: z.string().min(1).optional(),
  orderId: z.string().min(1).optional(),
  probability: z.number().gt(0).max(1).optional(),
  /** Strikes the n-th, 2n-th, ... of the requests it could strike. */
  everyNth: z.int().positive().optional(),
  /** Ends by itself this long after it was switched on. */
  forMs: z.int().positive().optional(),
  /** Strikes at most this often. */
  times: z.int().positive().optional(),
};
const anywhere = { ...aim, operations: z.array(z.enum(operations)).min(1).optional() };
const spApi = { ...aim, operations: z.array(z.enum(spApiOperations)).min(1).optional() };

/** Before or after Amazon has acted on the request; "after" a POST means after it was accepted. */
const moment = z.enum(['before', 'after']).default('before');

const faults = [
  /** The request is carried out, then the connection is cut. */
  z.strictObject({ kind: z.literal('answer-lost'), ...spApi }),
  /** The connection is cut before anything happens. */
  z.strictObject({ kind: z.literal('reset'), ...anywhere }),
  /** No answer until the caller gives up. */
  z.strictObject({ kind: z.literal('hang'), moment, ...anywhere }),
  z.strictObject({
    kind: z.literal('server-error'),
    moment,
    status: z.int().min(500).max(599).default(500),
    ...anywhere,
  }),
  /** No answer, and the POST is accepted only this long after it came. */
  z.strictObject({ kind: z.literal('accepted-late'), afterMs: z.int().positive(), ...aim }),
  /** Acted on at once, answered late. */
  z.strictObject({ kind: z.literal('delay'), ms: z.int().positive().max(600_000), ...anywhere }),
  z.strictObject({ kind: z.literal('throttle'), ...spApi }),
  z.strictObject({ kind: z.literal('forbidden'), text: z.enum(forbiddenTextNames), ...spApi }),
  /** GET offers nothing, whatever is true. */
  z.strictObject({ kind: z.literal('look-empty'), ...aim }),
  /** GET goes on offering the action for this long after the POST was accepted. */
  z.strictObject({ kind: z.literal('look-stale'), staleMs: z.int().positive(), ...aim }),
  /** The body lacks its closing brace. */
  z.strictObject({ kind: z.literal('broken-json'), ...anywhere }),
  z.strictObject({
    kind: z.literal('huge-body'),
    bytes: z.int().positive().max(256_000_000).default(16_000_000),
    ...anywhere,
  }),
  z.strictObject({ kind: z.literal('page-token-expired'), ...aim }),
  z.strictObject({ kind: z.literal('token-refused'), error: z.enum(tokenRefusalNames), ...aim }),
] as const;

const kinds = faults.map(({ shape }) => shape.kind.value).join(', ');
const anyFault = z.discriminatedUnion('kind', faults, {
  error: ({ code }) => (code === 'invalid_union' ? `must be one of ${kinds}` : undefined),
});

export const faultSchema = anyFault.refine(
  ({ probability, everyNth }) => probability === undefined || everyNth === undefined,
  'give probability or everyNth, not both',
);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** The operations a fault strikes: its own list, else those its kind is about. */
export function operationsOf(fault: Fault): readonly Operation[] {
  switch (fault.kind) {
    case 'answer-lost':
      return fault.operations ?? ['createSolicitation'];
    case 'accepted-late':
      return ['createSolicitation'];
    case 'look-empty':
    case 'look-stale':
      return ['getSolicitationActions'];
    case 'page-token-expired':
      return ['searchOrders'];
    case 'token-refused':
      return ['token'];
    case 'reset':
    case 'hang':
    case 'server-error':
    case 'delay':
    case 'throttle':
    case 'forbidden':
    case 'broken-json':
    case 'huge-body':
      return fault.operations ?? spApiOperations;
    default:
      return fault satisfies never;
  }
}
