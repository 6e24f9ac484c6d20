import { spawn } from 'node:child_process';

export type Ended =
  | { readonly kind: 'ended'; readonly status: number | null; readonly out: string; readonly said: string }
  | { readonly kind: 'too-long' };

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** Runs Node on a program to its end; one that takes too long is ended, with everything it started. */
export function runNode(args: readonly string[], { cwd, env, limitMs }: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      // A process group of its own, so that it can be ended with its children.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let said = '';
    let tooLong = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const limit = setTimeout(() => {
      tooLong = true;
      end(child.pid);
    }, limitMs);
    const interrupted = () => end(child.pid);
    process.once('exit', interrupted);
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(limit);
      process.off('exit', interrupted);
      resolve(tooLong ? { kind: 'too-long' } : { kind: 'ended', status, out, said });
    });
  });
}

function end(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
