import { describe, expect, test } from '@jest/globals';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  accepted,
  anAttempt,
  B,
  claimed,
  closing,
  closingAt,
  given,
  givenBack,
  inDoubt,
  LEASE_SECONDS,
  lost,
  neverLeft,
  noon,
  planned,
  scheduled,
  skipped,
  throttled,
  waiting,
} from '../planned.js';

/** What sending relies on: one claim, one POST, one record. */
export function sendingContract(open: OpenLedger): void {
  const answer = anAttempt({ kind: 'answer', outcome: 'accepted', status: 201 });
  const leaseEnd = noon.plus({ seconds: LEASE_SECONDS });
  const half = noon.plus({ seconds: LEASE_SECONDS / 2 });
  const tryToClaim = (orderId = A, now = noon) =>
    open().ledger.claim(orderId, 'worker-1', LEASE_SECONDS, anAttempt(), now);

  describe('a claim', () => {
    test('is had by exactly one of twenty who want it at once', async () => {
      const { ledger } = open();
      await given(ledger);

      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          ledger.claim(A, `worker-${index}`, LEASE_SECONDS, anAttempt(), noon.plus(index)),
        ),
      );

      const won = claims.filter((claim) => claim !== null);
      expect(won).toHaveLength(1);
      expect(await ledger.read(A)).toMatchObject({ state: 'sending', claimId: won[0]?.id, posts: 1, looks: 1 });
      expect((await ledger.attempts(A)).filter(({ kind }) => kind === 'claim')).toHaveLength(1);
    });

    test('says what it rests on, and the row says the same', async () => {
      const { ledger } = open();
      await given(ledger);

      const claim = await claimed(ledger);

      expect(claim).toEqual({
        id: expect.any(String),
        orderId: A,
        account: 'tea',
        claimedAt: noon,
        leaseUntil: leaseEnd,
        posts: 1,
        earlierDoubt: false,
        closesAt: closing,
      });
      expect(await ledger.read(A)).toMatchObject({
        state: 'sending',
        reason: null,
        intentAt: noon,
        leaseUntil: leaseEnd,
        nextLookAt: leaseEnd,
        settleLooks: 0,
        lastSight: null,
      });
    });

    test('is written with the look that offered the order, in this order', async () => {
      const { ledger } = open();
      await given(ledger);

      await claimed(ledger);

      expect(await ledger.attempts(A)).toEqual([
        {
          at: noon,
          kind: 'look',
          outcome: 'offered',
          status: 200,
          requestId: 'amzn-1',
          durationMs: 42,
          detail: null,
        },
        {
          at: noon,
          kind: 'claim',
          outcome: 'sending',
          status: null,
          requestId: null,
          durationMs: null,
          detail: 'worker-1',
        },
      ]);
    });

    test('is refused while the account is paused', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.pause(['tea'], 'holiday', 'anna', noon);

      expect(await tryToClaim()).toBeNull();
    });

    test('is refused for a suppressed order', async () => {
      const { ledger, suppress } = open();
      await given(ledger);
      await suppress(A);

      expect(await tryToClaim()).toBeNull();
    });

    test.each([
      ['the last instant', closing.minus(1), true],
      ['the instant the window closes', closing, false],
    ])('at %s', async (_name, now, had) => {
      const { ledger } = open();
      await given(ledger);

      expect((await tryToClaim(A, now)) !== null).toBe(had);
    });

    test('is refused for every order that is not scheduled, and leaves no trace', async () => {
      const { ledger } = open();
      await given(ledger, planned(waiting()));
      await given(ledger, planned(skipped('marketplace-not-configured'), { orderId: B }));
      await inDoubt(ledger, '302-0000003-0000003');

      const refused = await Promise.all([A, B, '302-0000003-0000003', 'no-such-order'].map((id) => tryToClaim(id)));

      expect(refused).toEqual([null, null, null, null]);
      expect(await ledger.attempts(A)).toEqual([]);
      expect(await ledger.attempts('no-such-order')).toEqual([]);
    });

    test('is refused a second time, and after the order was sent', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);

      const second = await tryToClaim();
      await ledger.record(claim, accepted, answer, noon);
      const third = await tryToClaim();

      expect([second, third]).toEqual([null, null]);
    });

    test('knows of an earlier request of ours whose answer never came', async () => {
      const { ledger } = open();
      await givenBack(ledger);

      expect(await tryToClaim()).toMatchObject({ earlierDoubt: true });
    });
  });

  describe('the fence before the POST', () => {
    test('lets a fresh claim pass, and no other', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);

      const own = await ledger.mayPost(claim, noon);
      const anothers = await ledger.mayPost({ ...claim, id: '00000000-0000-4000-8000-000000000000' }, noon);

      expect([own, anothers]).toEqual([true, false]);
    });

    test.each([
      ['just before half of its lease', half.minus(1), true],
      ['at half of its lease', half, false],
      ['when the lease is over', leaseEnd, false],
    ])('for a claim %s', async (_name, now, passes) => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);

      expect(await ledger.mayPost(claim, now)).toBe(passes);
    });

    test('is shut when the window closes between claim and POST', async () => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(closingAt(noon.plus({ seconds: 5 })))));
      const claim = await claimed(ledger);

      expect(await ledger.mayPost(claim, noon.plus({ seconds: 5 }).minus(1))).toBe(true);
      expect(await ledger.mayPost(claim, noon.plus({ seconds: 5 }))).toBe(false);
    });

    test('is shut when the account was paused', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await ledger.pause(['tea'], 'holiday', 'anna', noon);

      expect(await ledger.mayPost(claim, noon)).toBe(false);
    });

    test('is shut when the order was suppressed', async () => {
      const { ledger, suppress } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await suppress(A);

      expect(await ledger.mayPost(claim, noon)).toBe(false);
    });

    test('is shut after a take-over, also for a clock that lags behind', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await ledger.takeOver(A, leaseEnd, leaseEnd);

      expect(await ledger.mayPost(claim, noon)).toBe(false);
    });
  });

  describe('the record of an answer', () => {
    test('of acceptance makes the order sent, at the time of the claim', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);

      const recorded = await ledger.record(claim, accepted, answer, noon.plus({ seconds: 3 }));

      expect(recorded).toBe('recorded');
      expect(await ledger.read(A)).toMatchObject({
        state: 'sent',
        reason: null,
        knownBy: 'accepted',
        sentAt: noon,
        nextLookAt: null,
        posts: 1,
        doubts: 0,
      });
      expect((await ledger.attempts(A)).at(-1)).toMatchObject({ kind: 'answer', outcome: 'accepted', status: 201 });
    });

    test('of "asked elsewhere" refuses the order for good', async () => {
      const { ledger } = open();
      await given(ledger);

      await ledger.record(await claimed(ledger), { state: 'refused', reason: 'asked-elsewhere' }, answer, noon);

      expect(await ledger.read(A)).toMatchObject({ state: 'refused', reason: 'asked-elsewhere', nextLookAt: null });
    });

    test('of a closed window lets the order expire', async () => {
      const { ledger } = open();
      await given(ledger);

      await ledger.record(await claimed(ledger), { state: 'expired', reason: 'window-closed' }, answer, noon);

      expect(await ledger.read(A)).toMatchObject({ state: 'expired', reason: 'window-closed' });
    });

    test('that never came puts the order in doubt', async () => {
      const { ledger } = open();

      await inDoubt(ledger);

      expect(await ledger.read(A)).toMatchObject({
        state: 'unknown',
        reason: 'answer-lost',
        posts: 1,
        doubts: 1,
        nextLookAt: noon.plus({ minutes: 15 }),
      });
    });

    test('of a request that never left gives the POST back', async () => {
      const { ledger } = open();
      await given(ledger);

      await ledger.record(await claimed(ledger), neverLeft, answer, noon);

      expect(await ledger.read(A)).toMatchObject({ state: 'scheduled', reason: 'not-sent', posts: 0, doubts: 0 });
    });

    test('of a refusal for pace does not give the POST back', async () => {
      const { ledger } = open();
      await given(ledger);

      await ledger.record(await claimed(ledger), throttled, answer, noon);

      expect(await ledger.read(A)).toMatchObject({
        state: 'scheduled',
        reason: 'throttled',
        posts: 1,
        doubts: 0,
        nextLookAt: noon.plus({ seconds: 10 }),
      });
    });

    test('counts once, and is kept as an attempt each time', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await ledger.record(claim, throttled, answer, noon);

      const again = await ledger.record(claim, throttled, answer, noon);

      expect(again).toBe('late');
      expect((await ledger.attempts(A)).filter(({ kind }) => kind === 'answer')).toHaveLength(2);
    });

    test('that is late leaves what settle found, and is kept as an attempt', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await ledger.takeOver(A, leaseEnd, leaseEnd);
      const found = await ledger.read(A);

      const recorded = await ledger.record(claim, throttled, answer, leaseEnd);

      expect(recorded).toBe('late');
      expect(await ledger.read(A)).toEqual(found);
      expect((await ledger.attempts(A)).at(-1)).toMatchObject({ kind: 'answer' });
    });

    test('that is late cannot touch the claim that came after it', async () => {
      const { ledger } = open();
      await given(ledger);
      const first = await claimed(ledger);
      await ledger.record(first, throttled, answer, noon);
      const second = await claimed(ledger);

      const recorded = await ledger.record(first, lost, answer, noon);

      expect(recorded).toBe('late');
      expect(await ledger.read(A)).toMatchObject({ state: 'sending', claimId: second.id, doubts: 0 });
    });

    test('of acceptance counts, however late, while the order is in doubt', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await ledger.takeOver(A, leaseEnd, leaseEnd);

      const recorded = await ledger.record(claim, accepted, answer, leaseEnd.plus({ hours: 1 }));

      expect(recorded).toBe('recorded');
      expect(await ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'accepted', sentAt: noon, doubts: 1 });
    });

    test('of acceptance does not change what is final', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await ledger.takeOver(A, leaseEnd, leaseEnd);
      await ledger.expire(closing.plus({ hours: 1 }));

      expect(await ledger.record(claim, accepted, answer, closing.plus({ hours: 2 }))).toBe('late');
      expect((await ledger.read(A))?.state).toBe('expired');
    });
  });

  describe('a scheduled order', () => {
    test('with a doubt on record goes back to settle, which has one look in hand', async () => {
      const { ledger } = open();
      await givenBack(ledger);
      const tomorrow = noon.plus({ days: 1 });

      const doubted = await ledger.doubtAgain(A, tomorrow, anAttempt({ outcome: 'gone' }), noon);

      expect(doubted).toBe(true);
      expect(await ledger.read(A)).toMatchObject({
        state: 'unknown',
        reason: 'gone-after-doubt',
        settleLooks: 1,
        lastSight: 'gone',
        doubts: 1,
        nextLookAt: tomorrow,
      });
      expect((await ledger.attempts(A)).at(-1)).toMatchObject({ kind: 'look', outcome: 'gone' });
    });

    test('without a doubt does not', async () => {
      const { ledger } = open();
      await given(ledger);

      expect(await ledger.doubtAgain(A, noon, anAttempt({ outcome: 'gone' }), noon)).toBe(false);
      expect((await ledger.read(A))?.state).toBe('scheduled');
      expect(await ledger.attempts(A)).toEqual([]);
    });

    test('is put off with its reason, its look counted and kept', async () => {
      const { ledger } = open();
      await given(ledger);
      const lookAt = noon.plus({ days: 1 });

      const held = await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt }, anAttempt(), noon);

      expect(held).toBe(true);
      expect(await ledger.read(A)).toMatchObject({ reason: 'not-offered', nextLookAt: lookAt, looks: 1 });
      expect(await ledger.attempts(A)).toHaveLength(1);
    });

    test('keeps its reason where none is given', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt: noon }, null, noon);

      await ledger.putOff(A, 'scheduled', { reason: null, lookAt: noon }, null, noon);

      expect(await ledger.read(A)).toMatchObject({ reason: 'not-offered', looks: 0 });
      expect(await ledger.attempts(A)).toEqual([]);
    });

    test('is not put off by one who thinks it is in another state; the attempt is kept', async () => {
      const { ledger } = open();
      await given(ledger);
      await claimed(ledger);
      const before = await ledger.read(A);

      const held = await ledger.putOff(A, 'scheduled', { reason: 'throttled', lookAt: noon }, anAttempt(), noon);

      expect(held).toBe(false);
      expect(await ledger.read(A)).toEqual(before);
      expect((await ledger.attempts(A)).at(-1)?.kind).toBe('look');
    });
  });

  describe('another order for a control call', () => {
    test('is the scheduled one that is due first, of the same account, and not this one', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, planned(scheduled({ askAt: noon }), { orderId: B }));
      await given(ledger, planned(waiting(), { orderId: '302-0000003-0000003' }));
      await given(ledger, planned(scheduled(), { orderId: '302-0000004-0000004' }), 'toys');

      expect(await ledger.anotherOrder('tea', A)).toEqual({ orderId: B, marketplaceId: 'A1PA6795UKMFR9' });
      expect((await ledger.anotherOrder('tea', B))?.orderId).toBe(A);
      expect(await ledger.anotherOrder('toys', '302-0000004-0000004')).toBeNull();
    });
  });
}
