import fc from 'fast-check';
import type { AfterAnswer } from '../../../src/policy/answer.js';
import type { CapToday } from '../../../src/policy/daily-cap.js';
import { GERMANY } from '../../support/builders.js';
import { aimAt, anyAim } from './aim.js';
import type { Operation } from './operation.js';
import type { Cap, Fate } from './order.js';
import type { Reference } from './reference.js';
import { attemptOf, claimMade, instant, LEASE } from './world.js';

const DAY = 86_400_000;

export const aClaim: fc.Arbitrary<Operation> = fc
  .record({
    aim: anyAim,
    by: fc.constantFrom('worker-1', 'worker-2'),
    limits: fc.constantFrom([], [], [], [1], [2], [2, 1]),
  })
  .map(({ aim, by, limits }) => (world, known) => {
    const { ledger, now, claims } = world;
    const orderId = aimAt(aim, known, ['scheduled']);
    const from = Math.floor(now / DAY) * DAY;
    const caps = limits.map((limit): Cap => ({ limit, from, until: from + DAY }));
    const look = attemptOf('look', 'offered');
    return {
      text: `${by} claims ${orderId}${limits.length === 0 ? '' : ` within ${limits.join(' and ')} a day`}`,
      ledger: async () => {
        const claim = await ledger.claim(orderId, by, LEASE / 1000, look, instant(now), caps.map(capToday));
        if (claim !== null) claims.push(claim);
        return claim && claimMade(claim);
      },
      reference: (reference, said) => {
        const id = (said as { id: string } | null)?.id ?? 'never had';
        return reference.claim({ id, orderId, leaseUntil: now + LEASE }, caps, now);
      },
    };
  });

function capToday({ limit, from, until }: Cap): CapToday {
  const marketplaceIds = [GERMANY];
  return {
    limit,
    marketplaceIds,
    reason: 'max-per-day',
    catchUpOnly: false,
    from: instant(from),
    until: instant(until),
  };
}

/** Every process that ever had a claim comes to the fence, however long it slept. */
export const theFence: Operation = ({ ledger, claims, now }) => {
  const comers = [...claims];
  return {
    text: 'all who ever had a claim come to the fence',
    ledger: () => Promise.all(comers.map((claim) => ledger.mayPost(claim, instant(now)))),
    reference: (reference) => comers.map((claim) => reference.mayPost(claimMade(claim), now)),
  };
};

const RECHECK = 3_600_000;

const anyFate: fc.Arbitrary<Fate> = fc.constantFrom(
  { state: 'sent', knownBy: 'accepted' },
  { state: 'sent', knownBy: 'already-asked' },
  { state: 'refused', reason: 'asked-elsewhere' },
  { state: 'expired', reason: 'window-closed' },
  { state: 'unknown', reason: 'answer-lost', lookAt: RECHECK },
  { state: 'unknown', reason: 'answer-lost', lookAt: RECHECK },
  { state: 'unknown', reason: 'answer-lost', lookAt: RECHECK },
  { state: 'scheduled', reason: 'throttled', lookAt: 10_000, givesBack: false },
  { state: 'scheduled', reason: 'not-sent', lookAt: 10_000, givesBack: true },
);

/** Mostly the answer to a claim that stands; now and then an old one's, or that of somebody who makes a claim up. */
export const anAnswer: fc.Arbitrary<Operation> = fc
  .record({ aim: anyAim, madeUp: fc.constantFrom(false, false, false, false, false, true), fate: anyFate })
  .map(({ aim, madeUp, fate: answer }) => ({ ledger, claims, now }, known) => {
    const standing = claims.filter(({ id, orderId }) => isOpen(known, orderId, id));
    const choice = aim.blind || standing.length === 0 ? claims : standing;
    const had = choice[aim.nth % choice.length];
    if (had === undefined) return null;
    const claim = madeUp ? { ...had, id: '00000000-0000-4000-8000-000000000000' } : had;
    const fate = 'lookAt' in answer ? { ...answer, lookAt: now + answer.lookAt } : answer;
    return {
      text: `claim ${madeUp ? 'made up' : claims.indexOf(had)} of ${claim.orderId} is answered: ${fate.state}`,
      ledger: () => ledger.record(claim, afterAnswer(fate), attemptOf('answer'), instant(now)),
      reference: (reference) => reference.record(claimMade(claim), fate),
    };
  });

function isOpen({ orders }: Reference, orderId: string, claimId: string): boolean {
  const order = orders.get(orderId);
  return order?.claimId === claimId && (order.state === 'sending' || order.state === 'unknown');
}

function afterAnswer(fate: Fate): AfterAnswer {
  switch (fate.state) {
    case 'sent':
      return fate;
    case 'refused':
      return { state: 'refused', reason: 'asked-elsewhere' };
    case 'expired':
      return { state: 'expired', reason: 'window-closed' };
    case 'unknown':
      return { state: 'unknown', reason: 'answer-lost', lookAt: instant(fate.lookAt) };
    case 'scheduled': {
      const reason = fate.givesBack ? 'not-sent' : 'throttled';
      return { state: 'scheduled', reason, lookAt: instant(fate.lookAt), reachedAmazon: !fate.givesBack };
    }
    default:
      return fate satisfies never;
  }
}

/** A scheduled order with a doubt on record is not offered. */
export const aDoubt: fc.Arbitrary<Operation> = anyAim.map((aim) => ({ ledger, now }, known) => {
  const orderId = aimAt(aim, known, ['scheduled'], ({ doubts }) => doubts > 0);
  const attempt = attemptOf('look', 'gone');
  return {
    text: `${orderId} is doubted again`,
    ledger: () => ledger.doubtAgain(orderId, instant(now + RECHECK), attempt, instant(now)),
    reference: (reference) => reference.doubtAgain(orderId, now + RECHECK),
  };
});
