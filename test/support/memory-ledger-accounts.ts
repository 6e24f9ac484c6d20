import type { DateTime } from 'luxon';
import type { AccountState, Accounts, LearntRate, Pace } from '../../src/ledger/ledger.js';
import type { Operation, UsagePace } from '../../src/policy/usage-plan.js';
import type { ActionTable } from './memory-ledger-actions.js';

/** `selling_partner`. */
export class AccountTable {
  readonly #accounts = new Map<string, AccountState>();

  register(name: string, region: string): void {
    const known = this.#accounts.get(name);
    this.#accounts.set(
      name,
      known
        ? { ...known, region }
        : { ...untroubled, name, region, paused: null, backlogThrough: null, backlogRate: null },
    );
  }

  has(name: string): boolean {
    return this.#accounts.has(name);
  }

  get(name: string): AccountState | null {
    return this.#accounts.get(name) ?? null;
  }

  all(): AccountState[] {
    return [...this.#accounts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  change(name: string, to: (account: AccountState) => Partial<AccountState>): AccountState | null {
    const account = this.#accounts.get(name);
    if (account === undefined) return null;
    const changed = { ...account, ...to(account) };
    this.#accounts.set(name, changed);
    return changed;
  }
}

const untroubled = { failures: 0, failingSince: null, coolDownUntil: null } as const;

export function memoryAccounts(table: AccountTable, actions: ActionTable): Accounts {
  return {
    async account(name) {
      return table.get(name);
    },

    async accounts() {
      return table.all();
    },

    async noteTrouble(account, now) {
      const changed = table.change(account, ({ failures, failingSince, coolDownUntil }) => {
        const anew = coolDownUntil !== null && coolDownUntil < now.minus({ hours: 1 });
        return anew
          ? { failures: 1, failingSince: now }
          : { failures: failures + 1, failingSince: failingSince ?? now };
      });
      if (changed === null) throw new Error(`no account ${account}`);
      return changed;
    },

    async coolDown(account, until) {
      table.change(account, ({ coolDownUntil }) => ({
        coolDownUntil: coolDownUntil !== null && coolDownUntil > until ? coolDownUntil : until,
      }));
    },

    async noteHealth(account) {
      table.change(account, () => untroubled);
    },

    async pause(accounts, reason, by, now, via) {
      const changed = accounts.filter((name) => {
        const account = table.get(name);
        return account?.paused === null || (account?.paused.by === 'askonce' && by !== 'askonce');
      });
      for (const name of changed) table.change(name, () => ({ paused: { at: now, reason, by } }));
      if (via !== undefined && changed.length > 0) {
        actions.note({ at: now, action: 'pause', by, via, accounts: changed.toSorted(), orders: '', because: reason });
      }
      return changed;
    },

    async resume(accounts, by, deed) {
      const paused = accounts.filter((name) => {
        const pause = table.get(name)?.paused;
        return pause != null && (by !== 'askonce' || pause.by === 'askonce');
      });
      for (const name of paused) table.change(name, () => ({ ...untroubled, paused: null }));
      if (deed !== undefined && paused.length > 0) {
        actions.note({ ...deed, action: 'resume', by, accounts: paused.toSorted(), orders: '' });
      }
      return paused;
    },
  };
}

interface UsagePlanRow {
  readonly account: string;
  readonly operation: Operation;
  /** When the bucket would be full again. */
  readonly fullAt: number;
  readonly learntRate: number | null;
}

export function memoryPace(): Pace {
  const plans = new Map<string, UsagePlanRow>();

  return {
    async reserve(account, operation, pace, patienceMs, now) {
      const key = `${account} ${operation}`;
      const plan = plans.get(key) ?? { account, operation, fullAt: now.toMillis(), learntRate: null };
      const slot = slotOf(plan, pace, now);
      if (slot > now.toMillis() + patienceMs) return { kind: 'busy', freeAt: now.plus(slot - now.toMillis()) };
      plans.set(key, { ...plan, fullAt: Math.max(plan.fullAt, now.toMillis()) + stepOf(plan, pace) });
      return { kind: 'slot', at: now.plus(slot - now.toMillis()) };
    },

    async learnRate(account, operation, rate, published, now) {
      const key = `${account} ${operation}`;
      const plan = plans.get(key);
      const inForce = plan?.learntRate ?? published;
      if (plan === undefined || inForce === rate) return false;
      const lacking = Math.max(plan.fullAt - now.toMillis(), 0) * (inForce / rate);
      plans.set(key, { ...plan, learntRate: rate, fullAt: Math.round(now.toMillis() + lacking) });
      return true;
    },

    async penalise(account, operation, pace, until) {
      const key = `${account} ${operation}`;
      const plan = plans.get(key);
      if (plan === undefined) return;
      const full = until.toMillis() + (pace.burst - 1) * stepOf(plan, pace);
      plans.set(key, { ...plan, fullAt: Math.max(plan.fullAt, full) });
    },

    async learntRates(names) {
      return [...plans.values()].flatMap(({ account, operation, learntRate }): LearntRate[] =>
        learntRate === null || !names.includes(account) ? [] : [{ account, operation, rate: learntRate }],
      );
    },
  };
}

function stepOf({ learntRate }: UsagePlanRow, { rate }: UsagePace): number {
  return Math.ceil(1000 / (learntRate ?? rate));
}

function slotOf(plan: UsagePlanRow, pace: UsagePace, now: DateTime): number {
  const at = now.toMillis();
  return Math.max(at, Math.max(plan.fullAt, at) - (pace.burst - 1) * stepOf(plan, pace));
}
