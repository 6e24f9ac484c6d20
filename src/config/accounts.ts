import type { Marketplace } from '../amazon/marketplaces.js';
import { type AccountFile, readAccountFiles } from './account-files.js';
import { readAccountRules } from './account-rules.js';
import type { AccountConfig, SendMode } from './config.js';
import { checkSendMode } from './contradictions.js';
import type { Key } from './key.js';
import { keys } from './keys.js';
import type { Layer } from './layer.js';
import type { Problems } from './problems.js';
import { secret } from './secret.js';
import { type Setting, settingOf, spots } from './setting.js';

const ownKeys: readonly Key[] = Object.values(keys).filter((key) => key.place === 'account');

/** Where the accounts' values come from: the account's own file, if there is one, before what stands for all accounts. */
interface AccountSources {
  readonly name: string;
  readonly own: readonly Layer[];
  /** The environment, then `.env`. */
  readonly shared: readonly Layer[];
}

export interface Accounts {
  readonly accounts: readonly AccountConfig[];
  /** Every wait after delivery as it holds for each marketplace of each account, for checks across keys. */
  readonly waits: readonly Setting<number>[];
}

/** What the process says about all accounts. */
export interface ForAllAccounts {
  readonly accountsDir: Setting<string>;
  readonly sendMode: Setting<SendMode>;
  /** The environment, then `.env`. */
  readonly shared: readonly Layer[];
}

export function readAccounts(
  { accountsDir, sendMode, shared }: ForAllAccounts,
  cwd: string,
  problems: Problems,
): Accounts {
  const files = readAccountFiles(accountsDir, cwd, problems);
  if (files === null) return { accounts: [], waits: [] };

  const sources = files.length > 0 ? fromFiles(files, shared, problems) : fromShared(shared, problems);
  const read = sources.map((each) => readAccount(each, sendMode, problems));
  const accounts = read.flatMap(({ account }) => account ?? []);
  reportSameToken(accounts, problems);
  if (files.length > 0) {
    const everyMarketplace = read.map(({ marketplaces }) => marketplaces);
    for (const layer of shared) reportForeignNarrowing(layer, everyMarketplace, 'any account', problems);
  }
  return { accounts, waits: read.flatMap(({ waits }) => waits) };
}

function fromFiles(
  files: readonly AccountFile[],
  shared: readonly Layer[],
  problems: Problems,
): readonly AccountSources[] {
  for (const layer of shared) {
    for (const key of ownKeys) {
      const entry = layer.entries.get(key.name);
      if (!entry) continue;
      problems.add(
        layer.source,
        entry.writtenAs,
        `stands here although there are account files (${files.map((file) => file.layer.source).join(', ')})`,
        `move it into the account's own file, or remove the account files to run one account from ${layer.source}`,
      );
    }
  }
  for (const { layer } of files) {
    for (const [name, { writtenAs }] of layer.entries) {
      if (Object.values(keys).some((key) => key.name === name && key.place === 'process')) {
        problems.add(layer.source, writtenAs, 'is not a key of an account', 'move it to .env');
      }
    }
  }
  return files.map(({ account, layer }) => ({ name: account, own: [layer], shared }));
}

function fromShared(shared: readonly Layer[], problems: Problems): readonly AccountSources[] {
  if (ownKeys.some((key) => shared.some((layer) => layer.entries.has(key.name)))) {
    return [{ name: 'default', own: shared, shared: [] }];
  }
  problems.add(
    shared.at(-1)?.source ?? 'environment',
    'ACCOUNTS_DIR',
    'there is no selling partner account: no accounts/*.env, and no LWA_REFRESH_TOKEN here',
    'copy accounts/example.env.sample to accounts/main.env and fill it in',
  );
  return [];
}

function readAccount({ name, own, shared }: AccountSources, sendModeOfAll: Setting<SendMode>, problems: Problems) {
  const layers = [...own, ...shared];
  const required = <T>(key: Key<T>): Setting<T | null> => {
    const setting = settingOf(key, spots(key, key.place === 'account' ? own : layers));
    if (setting.value === null && setting.sound) {
      const or = key.mayBeInFile ? ` (or ${key.name}_FILE)` : '';
      problems.add(own.at(-1)?.source ?? '', key.name, 'is missing', `add ${key.name}=${key.example}${or}`);
    }
    return setting;
  };
  const clientId = required(keys.LWA_CLIENT_ID);
  const clientSecret = required(keys.LWA_CLIENT_SECRET);
  const secretRotatedOn = settingOf(keys.LWA_SECRET_ROTATED_ON, spots(keys.LWA_SECRET_ROTATED_ON, layers));
  const refreshToken = required(keys.LWA_REFRESH_TOKEN);
  const region = required(keys.SP_API_REGION);
  const marketplaces = required(keys.MARKETPLACES);
  reportForeignRegion(marketplaces, region, problems);
  for (const layer of own) reportForeignNarrowing(layer, [marketplaces], 'the account', problems);

  const sendMode = settingOf(keys.SEND_MODE, spots(keys.SEND_MODE, own));
  checkSendMode(sendModeOfAll, sendMode, problems);
  const { waits, ...rules } = readAccountRules(marketplaces.value ?? [], { own, shared }, problems);

  const complete =
    clientId.value !== null &&
    clientSecret.value !== null &&
    refreshToken.value !== null &&
    region.value !== null &&
    marketplaces.value !== null;
  const account: AccountConfig | null = complete
    ? {
        name,
        source: refreshToken.source,
        clientId: clientId.value,
        clientSecret: secret(clientSecret.value),
        secretRotatedOn: secretRotatedOn.value,
        refreshToken: secret(refreshToken.value),
        region: region.value,
        sendMode: sendMode.given ? sendMode.value : sendModeOfAll.value,
        ...rules,
      }
    : null;
  return { account, marketplaces, waits };
}

function reportForeignRegion(
  marketplaces: Setting<readonly Marketplace[] | null>,
  region: Setting<string | null>,
  problems: Problems,
): void {
  if (region.value === null) return;
  for (const { code, region: home } of marketplaces.value ?? []) {
    if (home === region.value) continue;
    problems.add(
      marketplaces.source,
      marketplaces.writtenAs,
      `${code} belongs to the region ${home}, the account is in ${region.value}`,
      `take ${code} out, or give it an account file of its own with SP_API_REGION=${home}`,
    );
  }
}

/** `ASK_HOURS__DE` where nobody sells in DE would be a rule that never holds. */
function reportForeignNarrowing(
  layer: Layer,
  marketplaces: readonly Setting<readonly Marketplace[] | null>[],
  whose: string,
  problems: Problems,
): void {
  if (marketplaces.some(({ value }) => value === null)) return;
  const codes = marketplaces.flatMap(({ value }) => value ?? []).map(({ code }) => code);
  for (const name of layer.entries.keys()) {
    const [base, code] = name.split('__');
    if (code === undefined || codes.includes(code)) continue;
    problems.add(
      layer.source,
      name,
      `${code} is not among the MARKETPLACES of ${whose}`,
      `add ${code} to MARKETPLACES, or take this out; those there: ${[...new Set(codes)].map((each) => `${base}__${each}`).join(', ')}`,
    );
  }
}

/** The same seller twice would be read and paced twice; the ledger would still ask each buyer once. */
function reportSameToken(accounts: readonly AccountConfig[], problems: Problems): void {
  const first = new Map<string, string>();
  for (const { refreshToken, source } of accounts) {
    const other = first.get(refreshToken.reveal());
    if (other === undefined) first.set(refreshToken.reveal(), source);
    else {
      problems.add(
        source,
        'LWA_REFRESH_TOKEN',
        `is the same as in ${other}`,
        'keep one of the two files: one authorisation is one account, with all its MARKETPLACES',
      );
    }
  }
}
