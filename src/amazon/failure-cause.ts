const causes: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'connection-refused'],
  [/^(ENOTFOUND|EAI_.*)$/, 'name-not-found'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'unreachable'],
  [/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/, 'timeout'],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_.*)$/, 'connection-reset'],
  [/^(CERT_.*|ERR_TLS_.*|ERR_SSL_.*|EPROTO|.*_CERT.*|UNABLE_TO_.*)$/, 'tls'],
  [/^(HPE_.*|Z_.*|ERR__ERROR_FORMAT.*|ERR_PADDING.*)$/, 'unreadable-body'],
];

/**
 * Why a call failed, in one word that is safe to keep: messages of HTTP clients hold addresses and headers. For the record
 * only; what may be concluded from a failure depends on whether the request was written.
 */
export function failureCause(error: unknown): string {
  if (messageOf(error).includes('maxContentLength')) return 'too-large';
  for (const code of codesOf(error, 4)) {
    const known = causes.find(([pattern]) => pattern.test(code));
    if (known) return known[1];
  }
  // axios gives no code of the system to a connection that was closed in the middle of the body.
  return /aborted|hang up/.test(messageOf(error)) ? 'connection-reset' : 'connection-failed';
}

/** Node puts the attempts on several addresses into an AggregateError, axios the whole into `cause`. */
function codesOf(error: unknown, depth: number): readonly string[] {
  if (typeof error !== 'object' || error === null || depth === 0) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  return [
    ...(typeof code === 'string' ? [code] : []),
    ...codesOf(cause, depth - 1),
    ...(Array.isArray(errors) ? errors.flatMap((inner) => codesOf(inner, depth - 1)) : []),
  ];
}

function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { message, innerMessage } = error as { message?: unknown; innerMessage?: unknown };
  return `${message} ${innerMessage}`;
}
