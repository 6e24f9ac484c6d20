import { type Command, InvalidArgumentError } from 'commander';
import { isOrderId } from '../amazon/order-id.js';
import { toldPlace } from '../operating/told-place.js';
import { tellStory, timeText } from '../policy/story.js';
import { configured, withLedger } from './configured.js';
import { Failure, print, printJson } from './terminal.js';

export function addWhy(program: Command): void {
  program
    .command('why')
    .argument('<order>', 'Amazon order id', orderId)
    .option('--json', 'one JSON document')
    .description("the order's whole story")
    .action(async (orderId: string, { json }: { json?: boolean }, command: Command) => {
      const config = configured(command);
      const found = await withLedger(config, async (ledger) => {
        const request = await ledger.read(orderId);
        if (request !== null) {
          const [attempts, account] = await Promise.all([ledger.attempts(orderId), ledger.account(request.account)]);
          return { request, attempts, pause: account?.paused ?? null };
        }
        return { request, suppressed: (await ledger.suppressed([orderId])).has(orderId) };
      });
      if (found.request === null) throw new Failure(unknownOrder(orderId, found.suppressed));

      const { request, attempts, pause } = found;
      const place = toldPlace(request, config);
      const story = tellStory(request, attempts, place, pause);
      const { account, state, reason } = request;
      if (json) {
        const lines = story.map(({ at, event, text, clause, rule }) => ({
          at: at.toUTC().toISO(),
          event,
          text,
          clause,
          rule,
        }));
        const where = place === null ? {} : { marketplace: place.marketplace, zone: place.zone };
        return printJson({ orderId, account, ...where, state, reason, story: lines });
      }
      const title = `${orderId}: ${state}${reason === null ? '' : ` (${reason})`}`;
      return print([title, ...story.flatMap(({ at, text }) => ['', timeText(at, place), `  ${text}`])].join('\n'));
    });
}

function orderId(text: string): string {
  const id = text.trim();
  if (!isOrderId(id)) throw new InvalidArgumentError('It is not an order id, e.g. 302-0000001-0000001.');
  return id;
}

function unknownOrder(orderId: string, suppressed: boolean): string {
  return suppressed
    ? `Order ${orderId} is not in the ledger yet, and it will not be asked for when it comes: it was suppressed by "askonce never".`
    : `Order ${orderId} is not in the ledger: not seen yet, older than CATCH_UP_DAYS, or not of these accounts.`;
}
