import { type Mutant, tests } from './mutant.js';

const file = 'prisma/migrations/20261121000000_ledger/migration.sql';
const byHand = (named: string) => tests('test/ledger/by-hand', `psql ${named}`);

/** What Postgres itself refuses, also to somebody with psql. */
export const databaseMutants: readonly Mutant[] = [
  {
    name: 'trigger',
    removed: 'no trigger guards the moves and the final rows',
    edits: [
      {
        file,
        from: 'FOR EACH ROW EXECUTE FUNCTION "review_request_guard"();',
        to: 'FOR EACH ROW WHEN (false) EXECUTE FUNCTION "review_request_guard"();',
      },
    ],
    checks: [byHand('(cannot change anything|can move an order, as the code can, from unknown)')],
  },
  {
    name: 'moves',
    removed: 'an order in doubt may be sent again without having been given back',
    edits: [
      {
        file,
        from: `('unknown', 'scheduled'), ('unknown', 'expired')`,
        to: `('unknown', 'sending'), ('unknown', 'scheduled'), ('unknown', 'expired')`,
      },
    ],
    checks: [byHand('can(not)? move an order.* from unknown to')],
  },
  {
    name: 'claim-replaced',
    removed: 'a claim under way may be replaced by another one',
    edits: [
      {
        file,
        from: `WHEN was."state" = 'sending' AND becomes."state" = 'sending'\n`,
        to: `WHEN false AND was."state" = 'sending' AND becomes."state" = 'sending'\n`,
      },
    ],
    checks: [byHand('can(not replace a claim| move an order.* from sending)')],
  },
  {
    name: 'append-only',
    removed: 'attempts can be changed and deleted',
    edits: [
      {
        file,
        from: 'FOR EACH ROW EXECUTE FUNCTION "refuse"(\'an attempt is a fact and is never changed or removed\');',
        to: 'FOR EACH ROW WHEN (false) EXECUTE FUNCTION "refuse"(\'an attempt is a fact and is never changed or removed\');',
      },
    ],
    checks: [byHand('cannot (edit|delete|empty)')],
  },
  {
    name: 'proof-stays',
    removed: 'an order can be deleted while it could still be asked',
    edits: [
      {
        file,
        from: `"review_request_stays" BEFORE DELETE ON`,
        to: `"review_request_stays" BEFORE UPDATE OF "first_seen_at" ON`,
      },
    ],
    checks: [byHand('cannot (edit|delete)')],
  },
  {
    name: 'check-sent-has-proof',
    removed: 'an order counts as sent without a time, a POST or how we know',
    edits: [
      { file, from: '"review_request_sent_has_proof" CHECK (', to: '"review_request_sent_has_proof" CHECK (true OR ' },
    ],
    checks: [byHand('cannot make an order (sent|waiting)')],
  },
  {
    name: 'check-claim-when-sending',
    removed: 'an order is being sent without a claim',
    edits: [
      {
        file,
        from: '"review_request_claim_when_sending" CHECK (',
        to: '"review_request_claim_when_sending" CHECK (true OR ',
      },
    ],
    checks: [byHand('cannot make an order (sending|waiting)')],
  },
  {
    name: 'check-next-look',
    removed: 'an open order may have no next look, and nobody comes back to it',
    edits: [
      {
        file,
        from: '"review_request_open_has_next_look" CHECK (',
        to: '"review_request_open_has_next_look" CHECK (true OR ',
      },
    ],
    checks: [byHand('cannot make an order (scheduled|expired|waiting)')],
  },
];
