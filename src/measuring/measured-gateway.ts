import type { AmazonGateway, Answer, CallFacts } from '../amazon/gateway.js';
import type { Timers } from '../clock.js';
import type { Meters } from './meters.js';
import { watchedGateway } from './watched-gateway.js';

/** Amazon names its time in whole seconds: on average it is half a second later. */
const HALF_A_SECOND_MS = 500;

/** Counts and times what an account's gateway does. `timers` tell this machine's clock. */
export function measuredGateway(
  gateway: AmazonGateway,
  account: string,
  meters: Meters,
  timers: Pick<Timers, 'wall'>,
): AmazonGateway {
  const note = (call: CallFacts) => {
    if (call.amazonTime === null) return;
    meters.heardAmazon((timers.wall() - call.amazonTime.toMillis() - HALF_A_SECOND_MS) / 1000);
  };
  const watched = watchedGateway(gateway, async (operation, call) => {
    const answer = await call();
    if (wasMade(answer.call)) meters.called(operation, answer.outcome.kind, answer.call.durationMs / 1000);
    note(answer.call);
    const trouble = troubleOf(answer);
    if (trouble !== null) meters.tokenFailed(account, trouble);
    return answer;
  });
  return {
    ...watched,
    async prepare() {
      const state = await gateway.prepare();
      if (state.kind === 'account-trouble') meters.tokenFailed(account, state.trouble);
      return state;
    },
    async look(order) {
      const answer = await watched.look(order);
      meters.looked(account, answer.outcome.kind);
      return answer;
    },
    async ask(order, mayStillSend) {
      const answer = await watched.ask(order, mayStillSend);
      meters.asked(account, answer.outcome.kind);
      return answer;
    },
  };
}

/** Without a token, or with an id that is none, no call leaves: it would only make Amazon look fast. */
function wasMade({ status, durationMs }: CallFacts): boolean {
  return status !== null || durationMs > 0;
}

type Trouble = Parameters<Meters['tokenFailed']>[1];

function troubleOf({ outcome }: Answer<{ readonly kind: string; readonly trouble?: Trouble }>): Trouble | null {
  return outcome.kind === 'account-trouble' ? (outcome.trouble ?? null) : null;
}
