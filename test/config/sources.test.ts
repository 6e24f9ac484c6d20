import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Key, nameToWrite } from '../../src/config/key.js';
import { keys } from '../../src/config/keys.js';
import { describeProblems } from '../../src/config/problems.js';
import { readConfig } from '../../src/config/read-config.js';
import { anAccount, configFrom, env, inFolder, problemsFrom } from './folder.js';

describe('where values come from', () => {
  test('the real environment wins over .env', () => {
    const config = configFrom({ ...env({ SEND_MODE: 'live', HTTP_PORT: '1' }), environment: { HTTP_PORT: '2' } });

    expect(config.sendMode).toBe('live');
    expect(config.http.port).toBe(2);
  });

  test('no file is needed when the environment says everything', () => {
    expect(configFrom({ environment: anAccount }).accounts[0]).toMatchObject({
      name: 'default',
      source: 'environment',
    });
  });

  test('an empty value counts as not given', () => {
    const config = configFrom({ ...env({ HTTP_PORT: '7', ADMIN_TOKEN: '' }), environment: { HTTP_PORT: '  ' } });

    expect(config.http).toEqual({ host: '127.0.0.1', port: 7, adminToken: null });
  });

  test('another env file takes the place of .env', () => {
    const config = configFrom({
      files: { '.env': { HTTP_PORT: '1' }, 'conf/live.env': { ...anAccount, DATA_DIR: './here' } },
      envFile: 'conf/live.env',
    });

    expect(config.http.port).toBe(8686);
    expect(config.accounts[0]?.source).toBe('conf/live.env');
    expect(config.dataDir).toMatch(/\/conf\/here$/);
    expect(config.accountsDir).not.toMatch(/\/conf\//);
  });

  test('an env file that was asked for must be there', () => {
    expect(problemsFrom({ environment: anAccount, envFile: 'nowhere.env' })).toMatchObject([
      { source: 'nowhere.env', key: 'file', problem: 'does not exist' },
    ]);
  });

  test('variables of the machine are none of our business', () => {
    expect(
      configFrom({ environment: { ...anAccount, PATH: '/bin', SEND_MODUS: 'live', HTTP_PROXY: 'x' } }).sendMode,
    ).toBe('dry-run');
  });
});

describe('lines of an env file', () => {
  const sound = Object.entries(anAccount).map(([key, value]) => `${key}=${value}`);

  test('comments, blank lines, quotes, export and a byte order mark are read', () => {
    const config = configFrom({
      files: {
        '.env': [
          '\uFEFF# settings',
          '',
          ...sound,
          'export HTTP_PORT = 1 # any',
          "ADMIN_TOKEN='abc#def-\"ghijklmn'",
          'DATA_DIR="./my data" # ours',
        ].join('\r\n'),
      },
    });

    expect(config.http.port).toBe(1);
    expect(config.http.adminToken?.reveal()).toBe('abc#def-"ghijklmn');
    expect(config.dataDir).toMatch(/\/my data$/);
  });

  test.each([
    ['a line without =', 'swordfish', 'line 6', 'is not KEY=value'],
    ['a colon', 'HTTP_PORT: 1', 'line 6', 'is not KEY=value'],
    ['an open quote', 'HTTP_PORT="1', 'HTTP_PORT', 'quote that does not close'],
    ['something behind a quote', "ADMIN_TOKEN='a'b", 'ADMIN_TOKEN', 'quote that does not close'],
    ['a # that would cut the value', 'ADMIN_TOKEN=sword#fish', 'ADMIN_TOKEN', 'cut off at its #'],
    ['a key twice', 'MARKETPLACES=IT', 'MARKETPLACES', 'is given twice, in lines 5 and 6'],
    ['what may be a secret in front of a =', 'c3dvcmRmaXNo=', 'line 6', 'is not a key of askonce'],
  ])('%s is a problem', (_name, line, key, problem) => {
    const [found, ...others] = problemsFrom({ files: { '.env': [...sound, line, ''].join('\n') } });

    expect(others).toEqual([]);
    expect(found).toMatchObject({ source: '.env', key, problem: expect.stringContaining(problem) });
    expect(JSON.stringify(found)).not.toMatch(/fish|c3dv/);
  });
});

describe('unknown keys', () => {
  test.each([
    ['SENDMODE', 'did you mean SEND_MODE?'],
    ['MARKETPLACE', 'did you mean MARKETPLACES?'],
    ['send_mode', 'did you mean SEND_MODE?'],
    ['ASK_HOUR__DE', 'did you mean ASK_HOURS__DE?'],
    ['DATABASE_URL_FIL', 'did you mean DATABASE_URL_FILE?'],
    ['SEND_MODE_FILE', 'write SEND_MODE; only secrets may stand in files of their own'],
    ['POSTGRES_PASSWORD', 'take it out; .env.example and accounts/example.env.sample list every key'],
  ])('%s in a file is a problem', (key, remedy) => {
    expect(problemsFrom(env({ [key]: 'x' }))).toContainEqual({
      source: '.env',
      key,
      problem: 'is not a key of askonce',
      remedy: remedy,
    });
  });

  test.each([
    ['TIME_ZONE', 'write TIME_ZONE__US=America/Los_Angeles'],
    ['TIME_ZONE_FILE', 'write TIME_ZONE__US; only secrets may stand in files of their own'],
    ['TIMEZONE', 'did you mean TIME_ZONE__US?'],
    ['TIMEZONE__FR', 'did you mean TIME_ZONE__FR?'],
    ['TIME_ZONE__XX', 'e.g. TIME_ZONE__US=America/Los_Angeles'],
  ])('%s is answered with the narrowed name', (key, remedy) => {
    expect(problemsFrom(env({ [key]: 'Europe/Paris' }))).toMatchObject([{ source: '.env', key, remedy }]);
  });

  test('a bare TIME_ZONE is not passed over in the environment either', () => {
    expect(problemsFrom({ ...env({}), environment: { TIME_ZONE: 'UTC' } })).toMatchObject([
      { source: 'environment', key: 'TIME_ZONE', problem: 'holds for one marketplace only and must name it' },
    ]);
  });

  test('only rules can be narrowed to a marketplace', () => {
    expect(problemsFrom(env({ HTTP_PORT__DE: '1' }))).toMatchObject([
      { key: 'HTTP_PORT__DE', problem: 'cannot be narrowed to a marketplace' },
    ]);
  });
});

describe('secrets in files of their own', () => {
  test('are found next to the file that names them, without their trailing newline', () => {
    const config = configFrom({
      files: {
        'accounts/eu.env': { ...anAccount, LWA_REFRESH_TOKEN: '', LWA_REFRESH_TOKEN_FILE: 'eu.token' },
        'accounts/eu.token': 'Atzr|fromfile\r\n',
      },
    });

    expect(config.accounts[0]?.refreshToken.reveal()).toBe('Atzr|fromfile');
  });

  test('work for every secret, and from the environment', () => {
    const config = configFrom({
      ...env({}),
      files: {
        db: 'postgres://u:p@h/d\n',
        redis: 'redis://h',
        admin: 'correct-horse-battery',
        id: 'client',
        secret: 's3cret',
        token: 'refresh',
      },
      environment: {
        SP_API_REGION: 'na',
        MARKETPLACES: 'US',
        DATABASE_URL_FILE: 'db',
        REDIS_URL_FILE: './redis',
        ADMIN_TOKEN_FILE: 'admin',
        LWA_CLIENT_ID_FILE: 'id',
        LWA_CLIENT_SECRET_FILE: 'secret',
        LWA_REFRESH_TOKEN_FILE: 'token',
      },
    });

    expect(config.databaseUrl?.reveal()).toBe('postgres://u:p@h/d');
    expect(config.redisUrl?.reveal()).toBe('redis://h');
    expect(config.http.adminToken?.reveal()).toBe('correct-horse-battery');
    expect(config.accounts[0]).toMatchObject({ name: 'default', clientId: 'client' });
    expect(config.accounts[0]?.clientSecret.reveal()).toBe('s3cret');
    expect(config.accounts[0]?.refreshToken.reveal()).toBe('refresh');
  });

  test.each([
    ['missing', { ADMIN_TOKEN_FILE: 'nowhere' }, 'does not exist'],
    ['a folder', { ADMIN_TOKEN_FILE: '.' }, 'cannot be read (EISDIR)'],
    ['empty', { ADMIN_TOKEN_FILE: 'empty' }, 'is empty'],
    ['given beside the value', { ADMIN_TOKEN_FILE: 'empty', ADMIN_TOKEN: 'correct-horse-battery' }, 'are both given'],
  ])('are a problem when %s', (_name, keys, problem) => {
    const files = { '.env': { ...anAccount, ...keys }, empty: '\n' };

    expect(problemsFrom({ files })).toMatchObject([
      { source: '.env', key: 'ADMIN_TOKEN_FILE', problem: expect.stringContaining(problem) },
    ]);
  });

  test('a value that cannot be had is not reported as missing, too', () => {
    const files = { '.env': { ...anAccount, LWA_REFRESH_TOKEN: '', LWA_REFRESH_TOKEN_FILE: 'nowhere' } };

    expect(problemsFrom({ files })).toHaveLength(1);
  });
});

test('all problems are said at once, one line each', () => {
  const problems = problemsFrom({
    files: {
      '.env': 'SENDMODE=live\nSWEEP_EVERY=soon\nwhat is this\n',
      'accounts/eu.env': { ...anAccount, MARKETPLACES: 'DE,US' },
      'accounts/na.env': { ...anAccount, SP_API_REGION: 'na', MARKETPLACES: 'US', LWA_REFRESH_TOKEN: '' },
    },
  });

  expect(describeProblems(problems).split('\n')).toEqual([
    '.env: line 3: is not KEY=value -> write KEY=value, or # before a comment',
    '.env: SENDMODE: is not a key of askonce -> did you mean SEND_MODE?',
    expect.stringMatching(/^\.env: SWEEP_EVERY: "soon" is not a duration .* -> e\.g\. SWEEP_EVERY=30s/),
    expect.stringMatching(/^accounts\/eu\.env: MARKETPLACES: US belongs to the region na, the account is in eu -> /),
    expect.stringMatching(/^accounts\/na\.env: LWA_REFRESH_TOKEN: is missing -> add LWA_REFRESH_TOKEN=/),
  ]);
});

describe('the files to copy', () => {
  const example = readFileSync('.env.example', 'utf8');
  const sample = readFileSync('accounts/example.env.sample', 'utf8');
  const american = { ...anAccount, SP_API_REGION: 'na', MARKETPLACES: 'US,CA' };

  test.each([
    ['.env.example', example, 'account'],
    ['accounts/example.env.sample', sample, 'process'],
  ])('%s names every key that may stand there', (_name, text, elsewhere) => {
    const named = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
    const keysOfIt = Object.values<Key>(keys).filter(({ place }) => place !== elsewhere);

    expect(named.sort()).toEqual(keysOfIt.map(nameToWrite).sort());
  });

  test.each([
    ['.env.example', example],
    ['accounts/example.env.sample', sample],
  ])('%s shows the real defaults', (_name, text) => {
    for (const { name, default: fallback } of Object.values(keys)) {
      const shown = new RegExp(`^#?${name}=(.*)$`, 'm').exec(text)?.[1];
      if (shown && fallback !== null) expect([name, shown]).toEqual([name, fallback]);
    }
  });

  test('are accepted as they are, but for the blanks to fill in', () => {
    const problems = problemsFrom({ files: { '.env': example, 'accounts/main.env': sample } });

    expect(problems.map(({ source, key, problem }) => [source, key, problem])).toEqual(
      ['LWA_CLIENT_ID', 'LWA_CLIENT_SECRET', 'LWA_REFRESH_TOKEN', 'SP_API_REGION', 'MARKETPLACES'].map((key) => [
        'accounts/main.env',
        key,
        'is missing',
      ]),
    );
  });

  test('are accepted with every line switched on', () => {
    const on = example.replaceAll(/^#(?=[A-Z_]+=)/gm, '').replace('ADMIN_TOKEN=', 'ADMIN_TOKEN=0123456789abcdef');
    const filled = sample.replaceAll(/^#(?=[A-Z_]+=)/gm, '').replaceAll(/^([A-Z_]+)=$/gm, (_line, key: string) => {
      return `${key}=${american[key as keyof typeof american]}`;
    });

    expect(configFrom({ files: { '.env': on, 'accounts/main.env': filled } }).accounts).toHaveLength(1);
  });
});

test('a .env that is a folder is a problem', () => {
  const reading = inFolder({ environment: anAccount }, (input) => {
    mkdirSync(join(input.cwd, '.env'));
    return readConfig(input);
  });

  expect(reading).toMatchObject({
    kind: 'problems',
    problems: [{ source: '.env', problem: 'cannot be read (EISDIR)' }],
  });
});
