import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tokenRefusal } from '../../src/amazon/account-trouble.js';
import { decodeAsk, decodeLook } from '../../src/amazon/answers.js';

const denied = 'Access to requested resource is denied.';
const window =
  'You can’t use this feature to request a review outside the 5-30 day range after the order delivery date.';
const already = 'You have already requested a review for this order.';
const notAvailable = 'The requested solicitation is not available for this amazonOrderId.';

function error(message: string, { code = 'Unauthorized', details = '' } = {}): string {
  return JSON.stringify({ errors: [{ code, message, details }] });
}

describe('the answer to the POST', () => {
  test.each([
    ['an empty object', '{}'],
    ['nothing', ''],
    ['broken JSON', '{"'],
    ['even an error text', error(already)],
  ])('201 with %s is accepted', (_name, body) => {
    expect(decodeAsk({ status: 201, body })).toEqual({ outcome: { kind: 'accepted' }, said: null });
  });

  test.each([
    ['outside the window', 403, error(window), { kind: 'outside-window' }],
    ['the same with a plain apostrophe', 403, error(window.replace('’', "'")), { kind: 'outside-window' }],
    ['the same, garbled', 403, error(window.replace('’', 'â€™')), { kind: 'outside-window' }],
    ['the same in its former numbers', 403, error(window.replace('5-30', '4–30')), { kind: 'outside-window' }],
    ['the same without its closing brace', 403, error(window).slice(0, -2), { kind: 'outside-window' }],
    [
      'the same, escaped and broken',
      403,
      '{"errors":[{"message":"outside\\u00a0the 5-30 day\\nrange',
      { kind: 'outside-window' },
    ],
    ['the same as plain text', 403, window, { kind: 'outside-window' }],
    ['already requested', 403, error(already), { kind: 'already-requested' }],
    ['already requested, shouted', 403, error(already.toUpperCase()), { kind: 'already-requested' }],
    ['already requested, as a 400', 400, error(already, { code: 'InvalidInput' }), { kind: 'already-requested' }],
    ['already requested, in the details', 403, error('Forbidden', { details: already }), { kind: 'already-requested' }],
    ['already requested, in another form', 403, JSON.stringify({ message: already }), { kind: 'already-requested' }],
    ['not available', 403, error(notAvailable), { kind: 'not-available' }],
    [
      'too fast',
      429,
      error('You exceeded your quota for the requested resource.', { code: 'QuotaExceeded' }),
      { kind: 'throttled' },
    ],
    ['too fast, without a body', 429, '', { kind: 'throttled' }],
    ['too fast, as a 403', 403, error('slow down', { code: 'QuotaExceeded' }), { kind: 'throttled' }],
    ['denied', 403, error(denied), { kind: 'account-trouble', trouble: 'denied' }],
    [
      'an access token that is no good',
      403,
      error(denied, { details: 'The access token you provided is revoked, malformed or invalid.' }),
      { kind: 'account-trouble', trouble: 'token-expired' },
    ],
    [
      'an expired access token',
      403,
      error(denied, { details: 'The access token you provided has expired.' }),
      { kind: 'account-trouble', trouble: 'token-expired' },
    ],
    [
      'a missing access token',
      403,
      error(denied, { details: 'Access token is missing in the request header.' }),
      { kind: 'account-trouble', trouble: 'token-expired' },
    ],
    [
      'the outage of May 2023',
      403,
      error('The security token included in the request is expired'),
      { kind: 'account-trouble', trouble: 'token-expired' },
    ],
    [
      'an expired client secret',
      403,
      error('The LWA secret token you provided has expired.'),
      { kind: 'account-trouble', trouble: 'secret-expired' },
    ],
    ['401 without a word', 401, '', { kind: 'account-trouble', trouble: 'token-expired' }],
    ['401 that says denied', 401, error(denied), { kind: 'account-trouble', trouble: 'denied' }],
    [
      'a bad request',
      400,
      error('Missing or invalid request parameters', { code: 'InvalidInput' }),
      { kind: 'rejected', status: 400 },
    ],
    ['an order Amazon does not know', 404, error('not found', { code: 'NotFound' }), { kind: 'rejected', status: 404 }],
    ['404 without a body', 404, '', { kind: 'rejected', status: 404 }],
    ['413', 413, error('too large', { code: 'x' }), { kind: 'rejected', status: 413 }],
    ['415', 415, '{}', { kind: 'rejected', status: 415 }],
    ['400 in words that are not Amazon’s', 400, '<html>Bad Request</html>', { kind: 'unknown', cause: 'status-400' }],
    ['403 in words nobody has seen', 403, error('Sorry'), { kind: 'unknown', cause: 'status-403' }],
    ['403 without a body', 403, '', { kind: 'unknown', cause: 'status-403' }],
    [
      '500',
      500,
      error('We encountered an internal error. Please try again.'),
      { kind: 'unknown', cause: 'status-500' },
    ],
    [
      '503 that speaks of a quota',
      503,
      error('slow', { code: 'QuotaExceeded' }),
      { kind: 'unknown', cause: 'status-503' },
    ],
    ['500 that says already requested', 500, error(already), { kind: 'unknown', cause: 'status-500' }],
    ['408', 408, '', { kind: 'unknown', cause: 'status-408' }],
    ['409', 409, error('conflict'), { kind: 'unknown', cause: 'status-409' }],
    ['200', 200, '{}', { kind: 'unknown', cause: 'status-200' }],
    ['202', 202, '', { kind: 'unknown', cause: 'status-202' }],
    ['a redirect', 302, '', { kind: 'unknown', cause: 'status-302' }],
  ])('%s', (_name, status, body, outcome) => {
    expect(decodeAsk({ status, body }).outcome).toEqual(outcome);
  });

  test('only 201 is ever accepted, whatever comes', () => {
    fc.assert(
      fc.property(anyStatus, anyBody, (status, body) => {
        const { outcome } = decodeAsk({ status, body });
        expect(outcome.kind === 'accepted').toBe(status === 201);
      }),
    );
  });

  test('5xx always leaves the fate of the request open', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 599 }), anyBody, (status, body) => {
        expect(decodeAsk({ status, body }).outcome.kind).toBe('unknown');
      }),
    );
  });
});

describe('the answer to the GET of the actions', () => {
  const action = { href: '/x', name: 'productReviewAndSellerFeedback' };
  const links = (actions: unknown) => JSON.stringify({ _links: { self: { href: '/' }, actions } });

  test.each([
    ['the action', links([action]), { kind: 'offered' }],
    ['the action among others', links([{ name: 'other' }, null, action]), { kind: 'offered' }],
    ['the action without its list', links(action), { kind: 'offered' }],
    ['the action without a link', links([{ name: action.name }]), { kind: 'offered' }],
    ['no action', links([]), { kind: 'gone' }],
    ['another action', links([{ name: 'other' }]), { kind: 'gone' }],
    ['no list of actions', links(undefined), { kind: 'gone' }],
    ['the action in other letters', links([{ name: 'productreviewandsellerfeedback' }]), { kind: 'gone' }],
    [
      'an embedded action only',
      JSON.stringify({ _links: { actions: [] }, _embedded: { actions: [action] } }),
      { kind: 'gone' },
    ],
    [
      'actions outside of _links',
      JSON.stringify({ actions: [action] }),
      { kind: 'no-answer', cause: 'unreadable-body' },
    ],
    ['no links', '{}', { kind: 'no-answer', cause: 'unreadable-body' }],
    ['links that are a list', '{"_links":[]}', { kind: 'no-answer', cause: 'unreadable-body' }],
    ['a list', '[]', { kind: 'no-answer', cause: 'unreadable-body' }],
    ['null', 'null', { kind: 'no-answer', cause: 'unreadable-body' }],
    ['nothing', '', { kind: 'no-answer', cause: 'unreadable-body' }],
    ['broken JSON', '{"_links":{"actions":[]}', { kind: 'no-answer', cause: 'unreadable-body' }],
    ['a page', '<html></html>', { kind: 'no-answer', cause: 'unreadable-body' }],
  ])('200 with %s', (_name, body, outcome) => {
    expect(decodeLook({ status: 200, body }).outcome).toEqual(outcome);
  });

  test.each([
    [429, '', { kind: 'throttled' }],
    [403, error(denied), { kind: 'account-trouble', trouble: 'denied' }],
    [
      403,
      error('The LWA secret token you provided has expired.'),
      { kind: 'account-trouble', trouble: 'secret-expired' },
    ],
    [401, '', { kind: 'account-trouble', trouble: 'token-expired' }],
    [403, error('Sorry'), { kind: 'no-answer', cause: 'status-403' }],
    [
      400,
      error('Missing or invalid request parameters: [marketplaceIds]', { code: 'InvalidInput' }),
      { kind: 'rejected', status: 400 },
    ],
    [404, '', { kind: 'rejected', status: 404 }],
    [404, 'no such host', { kind: 'no-answer', cause: 'status-404' }],
    [500, error(denied), { kind: 'no-answer', cause: 'status-500' }],
    [503, '', { kind: 'no-answer', cause: 'status-503' }],
    [201, links([action]), { kind: 'no-answer', cause: 'status-201' }],
    [301, '', { kind: 'no-answer', cause: 'status-301' }],
  ])('%d %s', (status, body, outcome) => {
    expect(decodeLook({ status, body }).outcome).toEqual(outcome);
  });

  test('never throws, and learns something only from 200', () => {
    fc.assert(
      fc.property(anyStatus, anyBody, (status, body) => {
        const { outcome } = decodeLook({ status, body });
        if (outcome.kind === 'offered' || outcome.kind === 'gone') expect(status).toBe(200);
      }),
    );
  });
});

describe('what an unclear answer said', () => {
  test('is kept for the ledger, and nothing is kept of a clear one', () => {
    expect(decodeAsk({ status: 403, body: error('Sorry, not today', { details: 'see help' }) }).said).toBe(
      'Unauthorized: Sorry, not today: see help',
    );
    expect(decodeAsk({ status: 403, body: error(already) }).said).toBeNull();
    expect(decodeAsk({ status: 500, body: '' }).said).toBeNull();
    expect(decodeAsk({ status: 502, body: '<html><b>Bad Gateway</b></html>' }).said).toBe('Bad Gateway');
    expect(decodeAsk({ status: 500, body: '{"errors":[{"code":"InternalFailure","message":"We enc' }).said).toBe(
      'InternalFailure: We …',
    );
  });

  test('is short', () => {
    expect(decodeAsk({ status: 500, body: error('word '.repeat(1000)) }).said).toHaveLength(200);
  });

  test.each([
    ['an address', 'mail jane.doe@example.com now', 'mail [address] now'],
    ['an access token', 'token Atza|IwEB-x_y== bad', 'token [token] bad'],
    ['a refresh token', 'Atzr|IwEBxyz', '[token]'],
    ['an application', 'client amzn1.application-oa2-client.abc123 unknown', 'client [id] unknown'],
    ['a long number', 'order 123-1234567-1234567', 'order 123-[number]-[number]'],
    ['a quotation', 'name "Jane Doe" and ‘Jo’ and \'Max\'', 'name [quoted] and [quoted] and [quoted]'],
    ['an open quotation', 'name "Jane Doe', 'name [quoted]'],
    ['line breaks', 'a\n\tb\u0000c', 'a b c'],
  ])('does not hold %s', (_name, message, said) => {
    expect(decodeAsk({ status: 500, body: JSON.stringify({ message }) }).said).toBe(said);
  });

  test('an apostrophe in a word opens no quotation', () => {
    expect(decodeAsk({ status: 500, body: error("You can't do what you don't do") }).said).toContain(
      "can't do what you don't",
    );
  });
});

describe('a refusal of the token service', () => {
  const lwa = (code: string, description = '') => JSON.stringify({ error: code, error_description: description });

  test.each([
    [400, lwa('invalid_grant', 'The request has an invalid grant parameter : refresh_token'), 'revoked'],
    [400, lwa('unauthorized_client', 'Not authorized for requested operation'), 'revoked'],
    [401, lwa('invalid_client', 'Client authentication failed'), 'bad-client'],
    [400, '{"error":"invalid_grant","error_descr', 'revoked'],
    [400, lwa('invalid_request'), 'token-unavailable'],
    [404, '<html>', 'token-unavailable'],
    [429, lwa('invalid_grant'), 'token-unavailable'],
    [503, lwa('invalid_client'), 'token-unavailable'],
    [302, '', 'token-unavailable'],
  ])('%d %s is %s', (status, body, trouble) => {
    expect(tokenRefusal(status, body)).toBe(trouble);
  });
});

const anyStatus = fc.oneof(
  fc.constantFrom(200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 429, 500, 503),
  fc.integer({ min: 100, max: 999 }),
);

const phrase = fc.constantFrom(
  already,
  window,
  notAvailable,
  denied,
  'accepted',
  'QuotaExceeded',
  '"',
  '{',
  '\\u00',
  '�',
  'sent',
);

const anyBody = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.json({ maxDepth: 8 }),
  fc.array(phrase, { maxLength: 5 }).map((pieces) => pieces.join(' ')),
  fc.array(phrase, { maxLength: 3 }).map((pieces) => error(pieces.join(' '))),
  fc
    .tuple(fc.array(phrase, { maxLength: 3 }), fc.nat(60))
    .map(([pieces, end]) => error(pieces.join(' ')).slice(0, end)),
  fc.constant('['.repeat(100_000)),
  fc.constant(`${'{"_links":'.repeat(2_000)}1${'}'.repeat(2_000)}`),
);
