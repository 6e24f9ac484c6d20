import { type Mutant, tests } from './mutant.js';

const send = 'src/steps/send.ts';
const settle = 'src/steps/settle.ts';
const discover = 'src/steps/discover.ts';
const sweep = 'src/steps/sweep.ts';
const settling = 'src/policy/settling.ts';
const answer = 'src/policy/answer.ts';

const sendTests = tests('test/steps/send');
const settleTests = tests('test/steps/settle');
const discoverTests = tests('test/steps/discover');

const theClaim =
  '  const claim = await ledger.claim(row.orderId, worker, lease, offered, clock.now(), caps(clock.now()));\n';

/** The steps and the rules: what the code does before the database could refuse anything. */
export const stepMutants: readonly Mutant[] = [
  {
    name: 'send-without-claim',
    removed: 'an order is asked although its claim was refused',
    edits: [
      {
        file: send,
        from: '  if (claim === null) return refusedClaim(row, context);\n',
        to: `  if (claim === null) {
    await account.gateway.ask(order, () => true);
    return refusedClaim(row, context);
  }
`,
      },
    ],
    checks: [sendTests],
  },
  {
    name: 'post-before-claim',
    removed: 'the POST leaves first, and the claim is committed after it',
    edits: [
      { file: send, from: theClaim, to: `  const early = await account.gateway.ask(order, () => true);\n${theClaim}` },
      {
        file: send,
        from: 'const answer = (await ledger.mayPost',
        to: 'const answer = early !== undefined ? early : (await ledger.mayPost',
      },
    ],
    checks: [sendTests],
  },
  {
    name: 'send-past-fence',
    removed: 'send does not ask the fence before it POSTs',
    edits: [{ file: send, from: '(await ledger.mayPost(claim, clock.now()))\n', to: 'claim.posts > 0\n' }],
    checks: [sendTests],
  },
  {
    name: 'send-too-late',
    removed: 'a process that slept after the fence still POSTs',
    edits: [{ file: send, from: '() => held() < lease * 500 && clock.now() < halfOf(claim)', to: '() => true' }],
    checks: [sendTests],
  },
  {
    name: 'send-by-wall-clock',
    removed: 'how long a claim has been held is read off the wall clock alone, which can be set back',
    edits: [{ file: send, from: 'held() < lease * 500 && ', to: '' }],
    checks: [sendTests],
  },
  {
    name: 'gateway-too-late',
    removed: 'the gateway does not ask again at the moment it writes the POST',
    edits: [
      {
        file: 'src/amazon/sp-api-gateway.ts',
        from: 'solicitationBytes,\n        mayStillSend,',
        to: 'solicitationBytes,',
      },
    ],
    checks: [tests('test/amazon/gateway')],
  },
  {
    name: 'window-at-send',
    removed: 'send calls Amazon after the window has closed',
    edits: [{ file: send, from: '  if (now >= row.closesAt) return no();\n', to: '' }],
    checks: [sendTests],
  },
  {
    name: 'window-opens',
    removed: 'an order is planned before its window opens',
    edits: [
      {
        file: 'src/policy/plan.ts',
        from: 'DateTime.max(window.opensAt, waited).toUTC()',
        to: 'waited.toUTC()',
      },
    ],
    checks: [tests('test/policy/plan.test', 'the ask time')],
  },
  {
    name: 'unknown-is-unsent',
    removed: 'an answer that never came counts as not sent, and the order is asked again',
    edits: [
      {
        file: answer,
        from: `return { state: 'unknown', reason: 'answer-lost', lookAt: lookTime({ ...asked, looksBefore: 0 }, rules, now) };`,
        to: `return { state: 'scheduled', reason: 'no-answer', lookAt: rules.retryAt, reachedAmazon: true };`,
      },
    ],
    checks: [sendTests],
  },
  {
    name: 'doubt-forgotten',
    removed: 'an order with an earlier lost answer whose action is gone is held, not settled',
    edits: [{ file: send, from: '      if (row.doubts > 0) {\n', to: '      if (row.doubts > 1000) {\n' }],
    checks: [sendTests],
  },
  {
    name: 'settle-one-look',
    removed: 'the first look decides',
    edits: [
      {
        file: settling,
        from: 'if (doubt.previous === sight) return',
        to: 'if (doubt.previous === sight || doubt.previous === null) return',
      },
    ],
    checks: [settleTests],
  },
  {
    name: 'settle-at-once',
    removed: 'the first look comes right after the POST',
    edits: [
      {
        file: settling,
        from: 'const after = rules.looks[doubt.looksBefore];',
        to: 'const after = doubt.looksBefore === 0 ? Duration.fromMillis(0) : rules.looks[doubt.looksBefore];',
      },
    ],
    checks: [settleTests, tests('test/policy/answer')],
  },
  {
    name: 'settle-early',
    removed: 'settle looks before the time of the next look',
    edits: [
      { file: settle, from: ' || row.nextLookAt === null || row.nextLookAt > clock.now()) return;', to: ') return;' },
    ],
    checks: [settleTests],
  },
  {
    name: 'settle-glitch',
    removed: 'empty looks count although most of the account is suddenly empty',
    edits: [
      {
        file: settle,
        from: `outcome.kind === 'offered' || !(await glitch(row.account, context))`,
        to: `outcome.kind !== undefined`,
      },
    ],
    checks: [settleTests],
  },
  {
    name: 'watermark-every-page',
    removed: 'the watermark moves with every page, not only with the last',
    edits: [{ file: discover, from: 'page.nextToken === null\n      ?', to: 'page.nextToken !== undefined\n      ?' }],
    checks: [discoverTests],
  },
  {
    name: 'watermark-now',
    removed: 'the watermark is the time of the last page, not that of the beginning of the read',
    edits: [
      { file: discover, from: 'const through = read.through ?? ', to: 'const through = now ?? read.through ?? ' },
    ],
    checks: [discoverTests],
  },
  {
    name: 'watermark-overlap',
    removed: 'a read begins exactly at the watermark, without an overlap',
    edits: [{ file: discover, from: 'watermark?.minus({ minutes: OVERLAP_MINUTES })', to: 'watermark' }],
    checks: [discoverTests],
  },
  {
    name: 'ring-unnoted',
    removed: 'a sweep rings what another one at the same time has noted, too',
    edits: [{ file: sweep, from: 'wakeUps.filter(({ orderId }) => noted.has(orderId))', to: 'wakeUps' }],
    checks: [tests('test/steps/sweep')],
  },
];
