/** What can go wrong with an order, in the words of the promise (docs/guarantees.md). */
export const faultKinds = ['double', 'lost', 'wrongly-recorded', 'stuck', 'misbehaved'] as const;

/**
 * `double`: a second request reached a buyer, or was sent while the fate of one was open. `lost`: due, and neither asked nor
 * with a reason. `wrongly-recorded`: the ledger says what is not so. `stuck`: its fate stays open, or nobody will look again.
 * `misbehaved`: everything else that Amazon or an operator would mind: too fast, outside the window, personal data.
 */
export type FaultKind = (typeof faultKinds)[number];

export interface Finding {
  readonly kind: FaultKind;
  /** Names the order and what is wrong, for a person. */
  readonly text: string;
}
