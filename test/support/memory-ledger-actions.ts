import type { OperatorAction, OperatorActions } from '../../src/ledger/operator-actions.js';

/** `operator_action`. */
export class ActionTable implements OperatorActions {
  readonly #actions: OperatorAction[] = [];

  note(action: OperatorAction): void {
    this.#actions.push(action);
  }

  readonly actions = async (limit: number): Promise<OperatorAction[]> =>
    this.#actions
      .toReversed()
      .sort((a, b) => b.at.toMillis() - a.at.toMillis())
      .slice(0, limit);
}
