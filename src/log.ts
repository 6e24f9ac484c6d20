import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogLevel } from './config/config.js';
import type { LogEvent, LogEventAt } from './log-events.js';
import { Redaction } from './redaction.js';

/**
 * One line per decision. `event` is a stable name in kebab-case; the facts beside it hold ids, times and counts, never
 * anything of a buyer, a secret or a whole answer of Amazon's.
 */
export interface Log {
  debug(event: LogEventAt<'debug'>, facts?: Record<string, unknown>): void;
  info(event: LogEventAt<'info'>, facts?: Record<string, unknown>): void;
  warn(event: LogEventAt<'warn'>, facts?: Record<string, unknown>): void;
  error(event: LogEventAt<'error'>, facts?: Record<string, unknown>): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  readonly destination: LogDestination;
  /** Hides what it knows in every fact. */
  readonly redaction?: Redaction;
}

/** Takes whole lines. */
export interface LogDestination {
  write(lines: string): unknown;
  readonly isTTY?: boolean;
}

export function createLog({ level, format, destination, redaction = new Redaction() }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: (facts) => redaction.facts(facts) },
  };
  const logger = pino(options, format === 'pretty' ? prettily(destination) : destination);
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (event: LogEvent, facts: Record<string, unknown> = {}) =>
      logger[method](facts, event);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** For people. At once, line by line: the stream that pino-pretty offers would still hold the last lines when the process ends. */
function prettily(destination: LogDestination): LogDestination {
  const pretty = prettyFactory({ messageKey: 'event', colorize: destination.isTTY === true });
  return { write: (line) => destination.write(pretty(line)) };
}

/** The sentences of an error and its causes, without stacks and without the objects an HTTP client hangs on them. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || ('code' in error ? String(error.code) : error.name);
  return error.cause === undefined ? text : `${text}: ${sentenceOf(error.cause)}`;
}
