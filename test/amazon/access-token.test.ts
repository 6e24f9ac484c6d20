import { describe, expect, test } from '@jest/globals';
import { SellingPartnerApiAuthError } from '@sp-api-sdk/auth';
import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { createTokenSource, type TokenAnswer } from '../../src/amazon/access-token.js';
import { askAmazon } from '../../src/amazon/token-service.js';
import type { AccountTrouble } from '../../src/policy/outcome.js';
import { heldClock } from './held-clock.js';

type Reply = { seconds: number } | AccountTrouble;

/** A token service that gives `token-1`, `token-2`, ... or the troubles it is told, and counts. */
function tokenService() {
  const clock = heldClock();
  const replies: Reply[] = [];
  const service = { asked: 0, replies, clock };
  const source = createTokenSource(async (): Promise<TokenAnswer> => {
    service.asked += 1;
    const reply = replies.shift() ?? { seconds: 3600 };
    await Promise.resolve();
    return typeof reply === 'string'
      ? { kind: 'account-trouble', trouble: reply }
      : { kind: 'token', token: `token-${service.asked}`, expiresAt: clock.now().plus(reply) };
  }, clock);
  return { service, source, clock };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the access token', () => {
  test('is asked for once, however many wait for it', async () => {
    const { service, source } = tokenService();

    const states = await Promise.all(Array.from({ length: 20 }, () => source.ready()));

    expect(new Set(states.map((state) => state.kind === 'ready' && state.token))).toEqual(new Set(['token-1']));
    expect(service.asked).toBe(1);
  });

  test('is refreshed five minutes early, behind the back of those who use it', async () => {
    const { service, source, clock } = tokenService();
    await source.ready();

    clock.pass({ minutes: 54, seconds: 59 });
    await source.ready();
    await settled();
    expect(service.asked).toBe(1);

    clock.pass({ seconds: 1 });
    expect(await source.ready()).toEqual({ kind: 'ready', token: 'token-1' });
    await settled();
    expect(service.asked).toBe(2);
    expect(await source.ready()).toEqual({ kind: 'ready', token: 'token-2' });
  });

  test('of a short life is refreshed after four fifths of it', async () => {
    const { service, source, clock } = tokenService();
    service.replies.push({ seconds: 10 });
    await source.ready();

    clock.pass({ seconds: 7.9 });
    await source.ready();
    await settled();
    expect(service.asked).toBe(1);

    clock.pass({ seconds: 0.1 });
    await source.ready();
    await settled();
    expect(service.asked).toBe(2);
  });

  test('stays in use while the token service is down, until it expires', async () => {
    const { service, source, clock } = tokenService();
    await source.ready();

    service.replies.push(...Array<AccountTrouble>(10).fill('token-unavailable'));
    clock.pass({ minutes: 56 });
    await source.ready();
    await settled();
    expect(await source.ready()).toEqual({ kind: 'ready', token: 'token-1' });

    clock.pass({ minutes: 4 });
    expect(await source.ready()).toEqual({ kind: 'account-trouble', trouble: 'token-unavailable' });
  });

  test('is given up early when the token service says no for good', async () => {
    const { service, source, clock } = tokenService();
    await source.ready();

    service.replies.push('revoked');
    clock.pass({ minutes: 56 });
    await source.ready();
    await settled();

    expect(await source.ready()).toEqual({ kind: 'account-trouble', trouble: 'revoked' });
  });

  test('is not asked for again within a second of a failure', async () => {
    const { service, source, clock } = tokenService();
    service.replies.push('bad-client');

    for (let i = 0; i < 5; i++) {
      expect(await source.ready()).toEqual({ kind: 'account-trouble', trouble: 'bad-client' });
    }
    expect(service.asked).toBe(1);

    clock.pass({ seconds: 1 });
    expect(await source.ready()).toEqual({ kind: 'ready', token: 'token-2' });
  });

  test('is fetched anew once Amazon has refused it', async () => {
    const { source, clock } = tokenService();
    await source.ready();

    clock.pass({ seconds: 1 });
    source.forget('token-1');

    expect(await source.ready()).toEqual({ kind: 'ready', token: 'token-2' });
  });

  test('is not blamed again for a refusal of its predecessor, nor within its first second', async () => {
    const { service, source, clock } = tokenService();
    await source.ready();
    clock.pass({ seconds: 1 });
    source.forget('token-1');
    await source.ready();

    source.forget('token-2');
    clock.pass({ minutes: 1 });
    source.forget('token-1');
    await source.ready();

    expect(service.asked).toBe(2);
  });
});

describe("Amazon's own token service, through the SDK", () => {
  const clock = heldClock();
  const fails = (error: unknown) => ({ getAccessToken: () => Promise.reject(error), expiresAt: undefined });

  function refused(status: number, data: unknown): SellingPartnerApiAuthError {
    const config = { data: 'client_secret=swordfish' } as InternalAxiosRequestConfig;
    const response = { status, data, headers: {}, config, statusText: '' } as AxiosResponse;
    return new SellingPartnerApiAuthError(new AxiosError('no', 'ERR_BAD_REQUEST', config, {}, response));
  }

  test('gives the token and when it expires, also on a machine whose clock is wrong', async () => {
    const machineClock = heldClock();
    machineClock.pass({ days: 3 });
    const expiresAt = machineClock.now().plus({ hours: 1 }).toJSDate();

    const answer = await askAmazon({ getAccessToken: async () => 't', expiresAt }, clock, machineClock);

    expect(answer).toMatchObject({ kind: 'token', token: 't' });
    expect(answer.kind === 'token' && answer.expiresAt.toISO()).toBe(clock.now().plus({ hours: 1 }).toISO());
  });

  test('is believed to mean an hour when it does not say', async () => {
    const answer = await askAmazon({ getAccessToken: async () => 't', expiresAt: new Date(Number.NaN) }, clock);

    expect(answer.kind === 'token' && answer.expiresAt.diff(clock.now()).as('minutes')).toBe(60);
  });

  test.each([
    ['invalid_grant', refused(400, { error: 'invalid_grant' }), 'revoked'],
    ['invalid_client', refused(401, { error: 'invalid_client' }), 'bad-client'],
    ['503', refused(503, 'down'), 'token-unavailable'],
    ['no answer', new SellingPartnerApiAuthError(new AxiosError('no', 'ECONNREFUSED')), 'token-unavailable'],
    ['anything else', new TypeError('x'), 'token-unavailable'],
  ])('says %s', async (_name, error, trouble) => {
    expect(await askAmazon(fails(error), clock)).toEqual({ kind: 'account-trouble', trouble });
  });

  test('that answers without a token is not available', async () => {
    const auth = { getAccessToken: async () => undefined as unknown as string, expiresAt: undefined };

    expect(await askAmazon(auth, clock)).toEqual({ kind: 'account-trouble', trouble: 'token-unavailable' });
  });
});
