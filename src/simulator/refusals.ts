import { type Answer, refusal, tokenRefusal } from './answer.js';

/**
 * Amazon's refusals word for word, as seen in public: issues 779, 19, 921, 1176, 2595, 2997 and 4489 of
 * amzn/selling-partner-api-models, and 114, 121 and 2147 of amzn/selling-partner-api-docs.
 */
const denied = 'Access to requested resource is denied.';
const outsideWindow =
  'You can\u2019t use this feature to request a review outside the 5-30 day range after the order delivery date.';

/** Everything that comes as 403 `Unauthorized`: trouble with the account, and with the order. Only the text tells. */
const forbiddenTexts = {
  denied: [denied, ''],
  'token-revoked': [denied, 'The access token you provided is revoked, malformed or invalid.'],
  'token-missing': [denied, 'Access token is missing in the request header.'],
  'token-expired': [denied, 'The access token you provided has expired.'],
  'secret-expired': ['The LWA secret token you provided has expired.', ''],
  'security-token-expired': ['The security token included in the request is expired', ''],
  'outside-window': [outsideWindow, ''],
  /** The same in UTF-8 read as Windows-1252, which has been seen. */
  'outside-window-garbled': [outsideWindow.replace('\u2019', '\u00e2\u20ac\u2122'), ''],
  'already-requested': ['You have already requested a review for this order.', ''],
  'not-available': ['The requested solicitation is not available for this amazonOrderId.', ''],
} as const;

export type ForbiddenText = keyof typeof forbiddenTexts;
export const forbiddenTextNames = Object.keys(forbiddenTexts) as [ForbiddenText, ...ForbiddenText[]];

export function forbidden(text: ForbiddenText): Answer {
  const [message, details] = forbiddenTexts[text];
  return refusal(403, 'Unauthorized', message, details);
}

export function throttled(): Answer {
  return refusal(429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.');
}

export function invalidInput(message: string): Answer {
  return refusal(400, 'InvalidInput', message);
}

export function notFound(what: string): Answer {
  return refusal(404, 'NotFound', `${what} was not found.`);
}

export function serverError(status: number): Answer {
  return status === 503
    ? refusal(503, 'ServiceUnavailable', 'Service is temporarily unavailable. Please try again.')
    : refusal(status, 'InternalFailure', 'We encountered an internal error. Please try again.');
}

const tokenTexts = {
  'invalid-grant': [400, 'invalid_grant', 'The request has an invalid grant parameter : refresh_token'],
  revoked: [
    400,
    'invalid_grant',
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
  ],
  'invalid-client': [401, 'invalid_client', 'Client authentication failed'],
  'unauthorized-client': [400, 'unauthorized_client', 'Not authorized for requested operation'],
} as const;

export type TokenRefusal = keyof typeof tokenTexts;
export const tokenRefusalNames = Object.keys(tokenTexts) as [TokenRefusal, ...TokenRefusal[]];

export function refusedToken(why: TokenRefusal): Answer {
  const [status, error, description] = tokenTexts[why];
  return tokenRefusal(status, error, description);
}

export function tokenServerError(status: number): Answer {
  return tokenRefusal(status, 'server_error', 'The authorization server encountered an unexpected condition.');
}
