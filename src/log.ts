import pino from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './config/config.js';

/**
 * One line per decision. `event` is a stable name in kebab-case; the facts beside it hold ids, times and counts, never
 * anything of a buyer, a secret or a whole answer of Amazon's.
 */
export interface Log {
  debug(event: string, facts?: Record<string, unknown>): void;
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  readonly destination: NodeJS.WritableStream;
}

export function createLog({ level, format, destination }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['*.secret', '*.token', '*.password', 'secret', 'token', 'password'],
  };
  const stream =
    format === 'pretty'
      ? pretty({ destination, messageKey: 'event', colorize: 'isTTY' in destination && Boolean(destination.isTTY) })
      : destination;
  const logger = pino(options, stream);
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, facts: Record<string, unknown> = {}) =>
      logger[method](facts, event);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The sentences of an error and its causes, without stacks and without the objects an HTTP client hangs on them. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || ('code' in error ? String(error.code) : error.name);
  return error.cause === undefined ? text : `${text}: ${sentenceOf(error.cause)}`;
}
