import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config, ConfigProblem } from '../../src/config/config.js';
import { type ConfigInput, readConfig } from '../../src/config/read-config.js';

/** What a sound account needs, as it stands in a file. */
export const anAccount = {
  LWA_CLIENT_ID: 'amzn1.application-oa2-client.abc',
  LWA_CLIENT_SECRET: 'amzn1.oa2-cs.v1.swordfish',
  LWA_REFRESH_TOKEN: 'Atzr|opensesame',
  SP_API_REGION: 'eu',
  MARKETPLACES: 'DE,FR',
};

type Content = string | Readonly<Record<string, string>>;

interface Situation {
  readonly files?: Readonly<Record<string, Content>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly terminal?: boolean;
}

/** Reads the configuration in a real folder with these files, and takes the folder away again. */
export function inFolder<T>(situation: Situation, use: (input: ConfigInput) => T): T {
  const cwd = mkdtempSync(join(tmpdir(), 'askonce-config-'));
  try {
    for (const [name, content] of Object.entries(situation.files ?? {})) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), typeof content === 'string' ? content : lines(content));
    }
    const { environment = {}, envFile, terminal = false } = situation;
    return use({ environment, cwd, envFile, terminal });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

export function configFrom(situation: Situation): Config {
  const reading = inFolder(situation, readConfig);
  if (reading.kind === 'problems') throw new Error(`unexpected problems: ${JSON.stringify(reading.problems)}`);
  return reading.config;
}

export function problemsFrom(situation: Situation): readonly ConfigProblem[] {
  const reading = inFolder(situation, readConfig);
  if (reading.kind === 'ok') throw new Error('expected problems, and the configuration was taken');
  return reading.problems;
}

/** `.env` with one sound account and these keys. */
export function env(keys: Readonly<Record<string, string>>): Situation {
  return { files: { '.env': { ...anAccount, ...keys } } };
}

function lines(content: Readonly<Record<string, string>>): string {
  return Object.entries(content)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
