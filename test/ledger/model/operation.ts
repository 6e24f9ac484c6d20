import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type fc from 'fast-check';
import type { Order } from './order.js';
import { keepsThePromise } from './promise.js';
import { Reference } from './reference.js';
import { holdings, type World } from './world.js';

/** The reference as it stands after the calls so far. */
export interface Known {
  reference: Reference;
}

export type LedgerCommand = fc.AsyncCommand<Known, World>;

/** One kind of call, which is aimed when its turn comes. `null`: there is nothing to call it on yet. */
export type Operation = (world: World, reference: Reference) => Call | null;

export interface Call {
  readonly text: string;
  ledger(): Promise<unknown>;
  /** What the reference answers. `said` is the ledger's answer: the id of a claim is for the ledger to choose. */
  reference(reference: Reference, said: unknown): unknown;
}

/** One call, which must be answered as the reference answers it, and leave what the reference holds. */
export function alone(operation: Operation): LedgerCommand {
  return command(async (known, world) => {
    const call = operation(world, known.reference);
    if (call === null) return 'nothing';

    const said = await call.ledger();

    expect({ [call.text]: said }).toEqual({ [call.text]: call.reference(known.reference, said) });
    expect(await holdings(world)).toEqual(known.reference.orders);
    return call.text;
  });
}

/** Two calls at once: what they answer and leave is what one after the other would, in one of the two orders. */
export function together(one: Operation, other: Operation): LedgerCommand {
  return command(async (known, world) => {
    const first = one(world, known.reference);
    const second = other(world, known.reference);
    if (first === null || second === null) return 'nothing';
    const text = `${first.text} | ${second.text}`;

    const said = await Promise.all([first.ledger(), second.ledger()]);

    const held = await holdings(world);
    const forward = new Reference(known.reference);
    const forwards = [first.reference(forward, said[0]), second.reference(forward, said[1])];
    const backward = new Reference(known.reference);
    const backwards = [second.reference(backward, said[1]), first.reference(backward, said[0])].reverse();
    if (isDeepStrictEqual([said, withoutSequence(held)], [backwards, withoutSequence(backward.orders)])) {
      known.reference = backward;
    } else {
      const expected = { said: forwards, held: withoutSequence(forward.orders) };
      expect({ text, said, held: withoutSequence(held) }).toEqual({ text, ...expected });
      known.reference = forward;
    }
    // Which of two attempts of the same instant stands first tells nothing.
    for (const [orderId, order] of held) known.reference.orders.set(orderId, order);
    return text;
  });
}

/** `run` answers what was done, for the report of a walk that fails. */
export function command(run: (known: Known, world: World) => Promise<string>): LedgerCommand {
  let done = 'failed here';
  return {
    check: () => true,
    run: async (known, world) => {
      const before = new Map(known.reference.orders);
      done = await run(known, world);
      keepsThePromise(before, known.reference.orders);
    },
    toString: () => done,
  };
}

function withoutSequence(orders: ReadonlyMap<string, Order>): [string, Order][] {
  const sorted = [...orders].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([orderId, order]) => [orderId, { ...order, attempts: order.attempts.toSorted() }]);
}
