/**
 * The instants at which a process may die, one after the other, with what must hold when it does. Their names are stable: the
 * documents quote them.
 */
export interface Point {
  readonly name: string;
  /** What is on record then, and who goes on. */
  readonly holds: string;
  /** Amazon's side of a POST: the process has nothing to stop at, so it is struck from outside. */
  readonly outside: boolean;
}

const untouched = 'nothing of this attempt is on record: the order stays scheduled and is rung for again';
const slotSpent = 'a slot of the usage plan is spent, nothing else';
const intent =
  'the intent is on record, and nothing was sent: the claim runs out, two looks find the action offered, the order is asked again';
const maybeSent = 'the intent is on record: the claim runs out, and two looks at Amazon tell what became of the POST';
const answerKnown = 'Amazon has answered, and nobody wrote it down: the claim runs out, and two looks tell the same';
const final = 'the answer is on record; a wake-up that rings again finds nothing to do';
const inDoubt = 'the order stays unknown: nobody asks, and the look is taken again';
const pageUnread = 'the watermark stands where it stood: the page is read again once the lease has run out';
const pageKept = 'the page and the watermark are on record together: the read goes on behind it';
const unrung = 'what was due is still without a wake-up: the next sweep hands it out';
const noted = 'the wake-ups are on record and did not ring: half a minute later they count as unheard, and ring';

/** A call, what holds when the process dies before it, and after it. */
type Call = readonly [name: string, before: string | null, after: string];

const calls: readonly Call[] = [
  ['discover.leaseFeeds', pageUnread, pageUnread],
  ['discover.feeds', pageUnread, pageUnread],
  ['discover.reserve', pageUnread, pageUnread],
  ['discover.searchOrders', pageUnread, pageUnread],
  ['discover.learnRate', pageUnread, pageUnread],
  ['discover.known', pageUnread, pageUnread],
  ['discover.recordPage', pageUnread, pageKept],
  ['discover.ringNow', pageKept, pageKept],
  ['discover.releaseFeeds', pageKept, pageKept],

  ['sweep.expire', unrung, unrung],
  ['sweep.due', unrung, unrung],
  ['sweep.markRung', unrung, noted],
  ['sweep.ring', noted, 'the wake-ups are on record and in the queue'],

  ['order.read', 'a wake-up was taken from the queue: the queue or the sweep rings again', untouched],
  ['send.account', untouched, untouched],
  ['send.askedOn', untouched, untouched],
  ['send.reserveOrder', untouched, slotSpent],
  ['send.getOrder', slotSpent, untouched],
  ['send.learnOrderRate', untouched, untouched],
  ['send.suppressed', untouched, untouched],
  ['send.recordOrder', untouched, 'the fresh facts and their plan are on record, nothing else'],
  ['send.readAgain', untouched, untouched],
  ['send.reserveLook', untouched, slotSpent],
  ['send.look', slotSpent, untouched],
  ['send.learnLookRate', untouched, untouched],
  ['send.putOff', untouched, 'the order is put off, with the look and the reason on record'],
  ['send.reservePost', untouched, slotSpent],
  ['send.prepare', slotSpent, untouched],
  ['send.claim', untouched, intent],
  ['send.mayPost', intent, intent],
  ['send.ask', intent, answerKnown],
  ['send.record', answerKnown, final],
  ['send.learnPostRate', final, final],

  ['settle.read', null, 'a claim that ran out, or a doubt, is on record: whoever looks next goes on'],
  ['settle.takeOver', 'the claim has run out and nobody has noted it: the sweep rings again', inDoubt],
  ['settle.account', inDoubt, inDoubt],
  ['settle.reserve', inDoubt, inDoubt],
  ['settle.look', inDoubt, 'the look is lost and is taken again'],
  ['settle.learnRate', inDoubt, inDoubt],
  ['settle.firstLooks', inDoubt, inDoubt],
  ['settle.recordSight', inDoubt, 'the look is on record, and what it decided'],
];

/** Within `send.ask`: the last moment at which this process can refrain. */
const fence: readonly Point[] = [
  { name: 'send.fence:before', holds: intent, outside: false },
  { name: 'send.fence:after', holds: intent, outside: false },
];

/** Within `send.ask`, seen from Amazon. */
const posts = [
  { name: 'post.arrived', holds: `Amazon has the POST and never takes it; ${maybeSent}`, outside: true },
  {
    name: 'post.accepted-later',
    holds: `Amazon takes the POST after the process is gone; ${maybeSent}`,
    outside: true,
  },
  { name: 'post.accepted', holds: `Amazon has taken the POST and says nothing; ${maybeSent}`, outside: true },
  { name: 'post.answered', holds: `the answer is on its way; ${maybeSent}`, outside: true },
] as const satisfies readonly Point[];

export type OutsidePoint = (typeof posts)[number]['name'];

/** In the order in which one order passes them. */
export const points: readonly Point[] = calls.flatMap(([name, before, after]) => [
  ...(before === null ? [] : [{ name: `${name}:before`, holds: before, outside: false }]),
  ...(name === 'send.ask' ? [...fence, ...posts] : []),
  { name: `${name}:after`, holds: after, outside: false },
]);

export function isOutside(name: string): name is OutsidePoint {
  return posts.some((point) => point.name === name);
}

/** The numbered table of the documents. */
export function pointsTable(shown: readonly Point[]): string {
  const rows = shown.map(({ name, holds }, index) => `| ${index + 1} | \`${name}\` | ${holds} |`);
  return ['| | the process dies at | and this holds |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
