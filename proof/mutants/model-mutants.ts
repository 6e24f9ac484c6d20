import { type Mutant, tests } from './mutant.js';

const sending = 'test/support/memory-ledger-sending.ts';
const walks = tests('test/ledger/model-memory');

/** In the ledger in memory, and killed by the random walks alone: they must be able to fail. */
export const modelMutants: readonly Mutant[] = [
  {
    name: 'model-claim-window',
    removed: 'in memory, a claim is had after the window has closed',
    edits: [{ file: sending, from: '          closesAt > now &&\n', to: '' }],
    checks: [walks],
  },
  {
    name: 'model-claim-suppression',
    removed: 'in memory, an order is claimed of which somebody said never',
    edits: [{ file: sending, from: '          !suppressed.has(orderId) &&\n', to: '' }],
    checks: [walks],
  },
  {
    name: 'model-fence',
    removed: 'in memory, the fence lets an old claim pass',
    edits: [{ file: sending, from: ' || row.claimId !== claim.id || ', to: ' || ' }],
    checks: [walks],
  },
  {
    name: 'model-fence-window',
    removed: 'in memory, the fence lets a claim pass after the window has closed',
    edits: [{ file: sending, from: ' && row.closesAt !== null && row.closesAt > now', to: '' }],
    checks: [walks],
  },
  {
    name: 'model-fence-pause',
    removed: 'in memory, the fence does not ask whether the account was paused',
    edits: [{ file: sending, from: ' && account?.paused === null', to: '' }],
    checks: [walks],
  },
  {
    name: 'model-fence-suppression',
    removed: 'in memory, the fence does not ask whether somebody said never',
    edits: [{ file: sending, from: ' && !suppressed.has(claim.orderId)', to: '' }],
    checks: [walks],
  },
  {
    name: 'model-lease',
    removed: 'in memory, a claim is taken over a millisecond before its lease ends',
    edits: [{ file: sending, from: 'leaseUntil <= now,', to: 'leaseUntil.minus(1) <= now,' }],
    checks: [walks],
  },
  {
    name: 'model-record',
    removed: 'in memory, a late answer of any kind counts while the order is in doubt',
    edits: [{ file: sending, from: `(state === 'unknown' && after.state === 'sent')`, to: `state === 'unknown'` }],
    checks: [walks],
  },
  {
    name: 'model-settle-mark',
    removed: 'in memory, two settlers that looked at the same time both decide',
    edits: [
      {
        file: sending,
        from: `          settleLooks === expected.settleLooks &&
          nextLookAt?.toMillis() === expected.nextLookAt.toMillis(),`,
        to: '          (settleLooks ?? nextLookAt) !== undefined,',
      },
    ],
    checks: [walks],
  },
];
