import { type Command, Option } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { marketplaceById } from '../amazon/marketplaces.js';
import type { ReviewRequest } from '../ledger/ledger.js';
import { configured, withLedger } from './configured.js';
import { print } from './terminal.js';

export function addExport(program: Command): void {
  program
    .command('export')
    .description('every order of the ledger, one per line')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv']).default('jsonl'))
    .action(async ({ format }: { format: 'jsonl' | 'csv' }, command: Command) => {
      await withLedger(configured(command), async (ledger) => {
        if (format === 'csv') await print(csvLines([fields]));
        for await (const batch of ledger.everyRequest()) {
          const lines = batch.map(exportLine);
          await print(
            format === 'csv'
              ? csvLines(lines.map((line) => Object.values(line)))
              : lines.map((line) => JSON.stringify(line)).join('\n'),
          );
        }
      });
    });
}

const fields = [
  'orderId',
  'account',
  'marketplace',
  'marketplaceId',
  'state',
  'reason',
  'how',
  'evidence',
  'deliveredAt',
  'opensAt',
  'closesAt',
  'askAt',
  'sentAt',
  'posts',
] as const;

type ExportLine = Readonly<Record<(typeof fields)[number], string | number | null>>;

/** The shape programs rely on: design 8. `deliveredAt` is the best guess; `evidence` says what it rests on. */
export function exportLine(request: ReviewRequest): ExportLine {
  return {
    orderId: request.orderId,
    account: request.account,
    marketplace: marketplaceById(request.marketplaceId ?? '')?.code ?? request.marketplaceId,
    marketplaceId: request.marketplaceId,
    state: request.state,
    reason: request.reason,
    how: request.knownBy,
    evidence: request.delivery?.evidence ?? null,
    deliveredAt: request.delivery?.about.toISO() ?? null,
    opensAt: request.opensAt?.toISO() ?? null,
    closesAt: request.closesAt?.toISO() ?? null,
    askAt: request.askAt?.toISO() ?? null,
    sentAt: request.sentAt?.toISO() ?? null,
    posts: request.posts,
  };
}

/** A cell that a spreadsheet would take for a formula is quoted as text. */
function csvLines(rows: readonly (readonly unknown[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true },
  ).trimEnd();
}
