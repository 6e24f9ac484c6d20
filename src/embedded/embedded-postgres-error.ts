/** The embedded Postgres cannot serve. The message is a sentence for the person who runs askonce, with what would help. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  /** The same in one line, for a log. */
  readonly brief: string;

  constructor(message: string, { brief = message, ...options }: ErrorOptions & { readonly brief?: string } = {}) {
    super(message, options);
    this.brief = brief;
  }
}

/** What a person who cannot or does not want to use the embedded server does instead. */
export const OWN_SERVER_REMEDY = 'Set DATABASE_URL to a PostgreSQL 15 or newer.';
