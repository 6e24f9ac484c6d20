import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/package-root.js';
import { eventually } from './eventually.js';

export const executable = join(packageRoot, 'bin', 'askonce.mjs');

/** Nothing but what it takes to find programs: whatever else a worker knows, it has from its folder's files. */
export const bareEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

export interface LogLine {
  readonly event: string;
  readonly [fact: string]: unknown;
}

export interface Ending {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly seconds: number;
}

export interface WorkerOptions {
  /** What Node runs instead of `askonce start`, with its arguments. */
  readonly command?: readonly string[];
  /** Beside the path to programs. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A real worker process, started in a folder with `.env` and `accounts/`. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #log: LogLine[] = [];
  readonly #said: string[] = [];
  readonly #ended: Promise<unknown>;
  readonly startedAt = Date.now();
  #endExpected = false;

  constructor(folder: string, { command = [executable, 'start'], environment = {} }: WorkerOptions = {}) {
    this.#child = spawn(process.execPath, command, { cwd: folder, env: { ...bareEnvironment, ...environment } });
    this.#ended = once(this.#child, 'close');
    // A line told to a process that is dying is lost, as it should be.
    this.#child.stdin?.on('error', () => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => this.#hear(line));
    }
  }

  /** Whether it ended although nobody asked it to. */
  get fell(): boolean {
    return !this.#endExpected && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  logged(event: string): readonly LogLine[] {
    return this.#log.filter((line) => line.event === event);
  }

  async waitForLog(event: string, { within = 60_000 } = {}): Promise<LogLine> {
    return eventually(
      () => {
        const line = this.#log.find((one) => one.event === event);
        if (line !== undefined) return line;
        throw new Error(this.fell ? `the worker ended before it logged "${event}"` : `no "${event}" in the log`);
      },
      { within },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#endExpected = true;
    this.#child.kill(signal);
  }

  /** Writes a line to its input. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Resolves with its exit status when it has ended, which it is meant to do by itself; `null` where a signal ended it. */
  async end(): Promise<number | null> {
    this.#endExpected = true;
    await this.#ended;
    return this.#child.exitCode;
  }

  /** As the out-of-memory killer does it: between any two instructions. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  async stop(): Promise<Ending> {
    const begun = performance.now();
    this.signal('SIGTERM');
    await this.#ended;
    return { code: this.#child.exitCode, seconds: (performance.now() - begun) / 1000 };
  }

  /** Resident memory, on Linux; `null` elsewhere. */
  async residentMiB(): Promise<number | null> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => null);
    const kiB = status === null ? undefined : /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kiB === undefined ? null : Number(kiB) / 1024;
  }

  /** The end of what it said, for the report of a failed test. */
  lastWords(lines = 60): string {
    const end = this.#child.exitCode ?? this.#child.signalCode;
    return [...this.#said.slice(-lines), end === null ? '(still running)' : `(ended: ${end})`].join('\n');
  }

  #hear(line: string): void {
    this.#said.push(line);
    if (!line.startsWith('{')) return;
    try {
      this.#log.push(JSON.parse(line));
    } catch {
      // A killed process may leave half a line.
    }
  }
}
