import { marketplaces } from '../amazon/marketplaces.js';
import { type Key, nameToWrite, narrowedName, type Place } from './key.js';
import { keyGroups } from './keys.js';

/** `docs/configuration.md`: what holds for all keys, then every key from the table that the reader itself uses. */
export function configurationDocument(): string {
  const groups = Object.entries<Readonly<Record<string, Key>>>(keyGroups).map(([group, keys]) =>
    [`## ${titles[group as keyof typeof keyGroups]}`, ...Object.values(keys).map(keySection)].join('\n\n'),
  );
  return `${[head, marketplaceTable(), ...groups].join('\n\n')}\n`;
}

const titles: Readonly<Record<keyof typeof keyGroups, string>> = {
  process: 'The process',
  alarms: 'Alarms',
  amazon: "Something else in Amazon's place",
  account: 'The account',
  rules: 'Rules: who is asked, and when',
};

const places: Readonly<Record<Place, string>> = {
  process: '`.env` or the environment',
  'process-or-stricter': "`.env` or the environment; an account's file may be stricter",
  account: "the account's file; without account files `.env` or the environment",
  'account-or-all': "the account's file; in `.env` or the environment for every account whose file does not have it",
};

const head = `# Configuration

<!-- Made by \`npm run docs\` from src/config; change it there. -->

Everything is read once, at the start, and checked as a whole. Unknown keys, wrong values and contradictions are all
reported together, one line each, with the file, the key and what would be right; nothing starts then, and the exit status
is 2. \`npx askonce check\` does the same and goes on to the database, the queue and Amazon.

## Where values come from

1. **The environment** of the process. Variables that are no keys of askonce are none of its business.
2. **\`.env\`** in the folder where askonce starts, or the file given with \`--env-file\`. Every name in it must be a key.
3. **One file per account**, \`accounts/NAME.env\` (see ACCOUNTS_DIR). NAME is what askonce calls the account.

Keys of the process stand in 1 or 2; the environment wins. Keys of an account stand in its file; those that may also
stand in 1 or 2 hold there for every account whose file does not have them, so the file wins over both. With a single
account all its keys may stand in 1 or 2, without any file of its own; the account is then called \`default\`.

An empty value counts as not given. A relative path starts at the folder of the file it stands in. A value with a \`#\` or a
quote in it goes into \`'single quotes'\`. Lists are separated by commas, with or without spaces.

## Secrets

Where a key says so its value may stand in a file of its own, as Docker and Kubernetes mount secrets: \`NAME_FILE\` holds the
path in place of \`NAME\`, and giving both is refused. White space around the value is dropped. No secret is ever printed,
logged or quoted in a problem; a long value that could not be read is not quoted either, for it might be one.

## One marketplace alone

A rule may be narrowed to one of the account's MARKETPLACES with two underscores and Amazon's country code:
\`ASK_AFTER_DAYS__DE=14\`, and \`__UK\`, not \`__GB\`. What is narrowed replaces the general value for that marketplace: lists are
not added up, and an empty one does not take the general one away. The account's file comes before what stands for all
accounts, and within each the narrowed before the general.

## Durations

\`500ms\`, \`30s\`, \`15m\`, \`24h\`, \`7d\`: a whole number and one unit. A day is 24 hours. Keys named
\`..._DAYS\` count whole days, without a unit.`;

function marketplaceTable(): string {
  const rows = marketplaces.map(({ code, region, zone }) => `| ${code} | ${region} | ${zone} |`);
  return [
    '## Marketplaces',
    ['| MARKETPLACES | SP_API_REGION | time zone |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function keySection(key: Key): string {
  const { name, meaning, details, withoutIt, example, mayBeInFile, narrowing, place } = key;
  const facts = [
    ['Default', withoutIt === key.default ? `\`${withoutIt}\`` : withoutIt],
    ['Example', `\`${nameToWrite(key)}=${example}\``],
    ['Stands in', places[place]],
    ...(mayBeInFile ? [['In a file of its own', `\`${name}_FILE=path\``]] : []),
    ...(narrowing === 'possible' ? [['One marketplace', `\`${narrowedName(key)}=${example}\``]] : []),
    ...(narrowing === 'required' ? [['One marketplace', 'always: the bare name is refused']] : []),
  ];
  return [
    `### ${nameToWrite(key)}`,
    `${sentence(meaning)}${details === '' ? '' : ` ${details}`}`,
    facts.map(([what, value]) => `- ${what}: ${value}`).join('\n'),
  ].join('\n\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
