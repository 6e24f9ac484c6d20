import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;
/** Nothing but what it takes to find programs: whatever else a process knows, it has from its folder's files. */
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** A process whose log goes to a file: reading thousands of lines a second here would take the processor from what is measured. */
export class BenchProcess {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<unknown>;

  constructor(args: readonly string[], { folder, log }: { readonly folder: string; readonly log: string }) {
    const file = openSync(log, 'a');
    this.#child = spawn(process.execPath, args, { cwd: folder, env: environment, stdio: ['pipe', file, file] });
    closeSync(file);
    this.#ended = once(this.#child, 'exit');
    this.#log = log;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The first line of its log that has this event. */
  async waitForLog(event: string, withinMs = 120_000): Promise<Record<string, unknown>> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const text = await readFile(this.#log, 'utf8');
      const line = text.split('\n').find((one) => one.includes(`"event":"${event}"`) && one.endsWith('}'));
      if (line !== undefined) return JSON.parse(line);
      if (!this.isRunning || performance.now() > deadline)
        throw new Error(`a process did not log "${event}":\n${text.split('\n').slice(-20).join('\n')}`);
      await pause(POLL_MS);
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.isRunning) this.#child.kill(signal);
    await this.#ended;
  }
}
