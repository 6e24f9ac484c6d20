import type { Command } from 'commander';
import { tellStory } from '../policy/story.js';
import { configured, withLedger } from './configured.js';
import { Failure, print, printJson } from './terminal.js';

export function addWhy(program: Command): void {
  program
    .command('why')
    .argument('<order>', 'Amazon order id')
    .option('--json', 'one JSON document')
    .description("the order's whole story")
    .action(async (orderId: string, { json }: { json?: boolean }, command: Command) => {
      const found = await withLedger(configured(command), async (ledger) => {
        const request = await ledger.read(orderId);
        return request && { request, attempts: await ledger.attempts(orderId) };
      });
      if (found === null) {
        throw new Failure(
          `Order ${orderId} is not in the ledger: not seen yet, older than CATCH_UP_DAYS, or not this account's.`,
        );
      }
      const story = tellStory(found.request, found.attempts).map(({ at, event, text }) => ({
        at: at.toISO(),
        event,
        text,
      }));
      const { state, reason } = found.request;
      if (json) return printJson({ orderId, state, reason, story });
      const title = `${orderId}: ${state}${reason === null ? '' : ` (${reason})`}`;
      return print([title, ...story.map(({ at, text }) => `  ${at}  ${text}`)].join('\n'));
    });
}
