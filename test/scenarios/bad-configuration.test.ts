import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { play } from '../support/scenario.js';

test('a worker with a bad configuration names all that is wrong at once, shows no secret and starts nothing', async () => {
  const settings = {
    DISCOVER_EVRY: '5m',
    SP_API_ENDPOINT: 'https://amazon.example.com',
    LWA_CLIENT_SECRET: 'canary-secret-of-all',
  };
  await play({ settings }, async (scenario) => {
    const bad = {
      north: ['SP_API_REGION=na', 'MARKETPLACES=US,DE', 'LWA_CLIENT_ID=client', 'LWA_REFRESH_TOKEN=canary-token-north'],
      europe: ['SP_API_REGION=eu', 'MARKETPLACES=DE', 'LWA_CLIENT_ID=client', 'LWA_CLIENT_SECRET=canary-secret-europe'],
    };
    for (const [name, lines] of Object.entries(bad)) {
      await writeFile(join(scenario.folder, 'accounts', `${name}.env`), lines.join('\n'));
    }
    const before = await readdir(scenario.folder);
    const { code, stdout, stderr } = await scenario.askonce('start');

    expect(code).toBe(2);
    const named = [
      'DISCOVER_EVRY',
      'SP_API_ENDPOINT',
      /north\.env.*MARKETPLACES.*DE/,
      /europe\.env.*LWA_REFRESH_TOKEN/,
    ];
    for (const name of named) expect(stderr).toMatch(name);
    expect(stdout + stderr).not.toContain('canary');
    expect(await readdir(scenario.folder)).toEqual(before);
    expect(scenario.truth.accounts.every(({ tokenCalls, searches }) => tokenCalls + searches === 0)).toBe(true);
  });
});
