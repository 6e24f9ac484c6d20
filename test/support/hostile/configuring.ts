import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { keys } from '../../../src/config/keys.js';
import { readConfig } from '../../../src/config/read-config.js';
import { anyBytes, hostileText } from './foreign-text.js';
import { hostileProperty } from './property.js';

const names = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...Object.keys(keys)) },
  { weight: 5, arbitrary: fc.constantFrom(...Object.keys(keys)).map((name) => `${name}__DE`) },
  { weight: 5, arbitrary: fc.constantFrom(...Object.keys(keys)).map((name) => `${name}_FILE`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'export', 'hasOwnProperty', '.', '-'),
  },
  { weight: 3, arbitrary: fc.stringMatching(/^[\w.-]{1,50}$/) },
);

const values = fc.oneof(
  hostileText,
  fc.constantFrom('1', '0', '-1', '7d', '99999999999d', '1e3ms', '0x10', '00:00-24:00', '24:00-24:00', 'mon-sun-mon'),
  fc.constantFrom(
    'DE,FR',
    ',',
    ',,,',
    '*',
    '**:5',
    'a:5,a:6',
    '__proto__:5',
    'yes',
    'live',
    'https://a:b@c/',
    '/dev/null',
  ),
  fc
    .tuple(fc.constantFrom('a,', 'mon,', '5', '"', '\\"', ' #', '*'), fc.integer({ min: 1, max: 3_000 }))
    .map(([piece, times]) => piece.repeat(times)),
);

const quotes = fc.constantFrom('', '', '', '"', "'", '`', "\\'", '"""');
const ends = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\0\n', '\u2028');

const line = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(names, quotes, values, quotes, ends).map((parts) => `${parts[0]}=${parts.slice(1).join('')}`),
  },
  { weight: 1, arbitrary: fc.tuple(hostileText, ends).map((parts) => parts.join('')) },
);

/** A long or odd one is not shown wherever it stands; what is short and plain could be any word of a message. */
const secrets = fc.stringMatching(/^zq[a-z0-9]{6}[A-Za-z0-9+/|_-]{9,40}$/);

const files = fc.tuple(
  secrets,
  fc.oneof(
    { weight: 5, arbitrary: fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(lines.join(''))) },
    { weight: 1, arbitrary: anyBytes.map((bytes) => Buffer.from(bytes)) },
  ),
  fc.boolean(),
);

const account = (secret: string) =>
  `LWA_CLIENT_ID=amzn1.application\nLWA_CLIENT_SECRET=${secret}\nLWA_REFRESH_TOKEN=Atzr|${secret}\nSP_API_REGION=eu\nMARKETPLACES=DE,FR\n`;

export const configuring = [
  hostileProperty(
    'whatever the env files hold, there is a configuration or a list of problems by file and key, and no secret in it',
    8,
    files,
    ([secret, content, inAccount]) => {
      const cwd = mkdtempSync(join(tmpdir(), 'askonce-hostile-'));
      try {
        mkdirSync(join(cwd, 'accounts'));
        const hostile = Buffer.concat([Buffer.from(account(secret)), content]);
        writeFileSync(join(cwd, 'accounts', 'tea.env'), inAccount ? hostile : account(secret));
        writeFileSync(join(cwd, '.env'), inAccount ? '' : content);

        const reading = readConfig({ environment: {}, cwd, terminal: false });

        if (reading.kind === 'ok') {
          assert.doesNotMatch(JSON.stringify(reading.config), new RegExp(secret.replace(/[+|/]/g, '\\$&')));
          return;
        }
        assert.ok(reading.problems.length > 0);
        for (const { source, key, problem, remedy } of reading.problems) {
          assert.ok(source !== '' && key !== '' && problem !== '' && remedy !== '');
          const text = [source, key, problem, remedy].join(' ');
          assert.ok(!text.includes(secret), 'shows a secret');
          assert.doesNotMatch(text, /\p{Cc}/u, 'shows a control character');
          assert.ok(text.length < 2_000, 'goes on for ever');
        }
      } finally {
        rmSync(cwd, { recursive: true, force: true });
      }
    },
  ),
];
