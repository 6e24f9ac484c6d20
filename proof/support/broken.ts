import type { StepContext } from '../../src/steps/step.js';

/** Ways to break a worker on purpose: a proof that passes with one of them proves nothing. */
export const breaks = ['record', 'fence'] as const;
export type Break = (typeof breaks)[number];

export function isBreak(text: string | undefined): text is Break {
  return breaks.some((one) => one === text);
}

export function broken(context: StepContext, way: Break): StepContext {
  const { ledger, accounts, clock } = context;
  switch (way) {
    case 'record':
      // The ledger is told that an accepted request never left.
      return {
        ...context,
        ledger: {
          ...ledger,
          record: (claim, after, attempt, now) =>
            ledger.record(
              claim,
              after.state === 'sent'
                ? { state: 'scheduled', reason: 'not-sent', lookAt: clock.now(), reachedAmazon: false }
                : after,
              attempt,
              now,
            ),
        },
      };
    case 'fence':
      // Whoever wakes up late sends all the same.
      return {
        ...context,
        ledger: { ...ledger, mayPost: async () => true },
        accounts: new Map(
          [...accounts].map(([name, account]) => [
            name,
            {
              ...account,
              gateway: {
                ...account.gateway,
                ask: (order, mayStillSend) => account.gateway.ask(order, () => mayStillSend() || true),
              },
            },
          ]),
        ),
      };
    default:
      return way satisfies never;
  }
}
