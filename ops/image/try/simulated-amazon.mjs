// The simulator from the image, and what points a worker to it.
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, until } from './checking.mjs';

/** Account files are written below `folder`; the services are `servers`, the containers come from `image`. */
export async function simulatedAmazon({ image, servers, folder }) {
  const port = await servers.freePort();
  const simulator = image.run(['simulate', '--port', String(port), '--orders', '60']);
  await until(() => simulator.output().includes('MARKETPLACES=DE,UK'));
  const accounts = mkdtempSync(join(folder, 'accounts-'));
  chmodSync(accounts, 0o755);
  for (const part of simulator.output().split('# accounts/').slice(1)) {
    const [file, ...lines] = part.trim().split('\n');
    writeFileSync(join(accounts, file), `${lines.join('\n')}\nASK_HOURS=00:00-24:00\nASK_AFTER_DAYS=5\n`, {
      mode: 0o644,
    });
  }
  const origin = `http://127.0.0.1:${port}`;
  return {
    accounts,
    env: {
      SP_API_ENDPOINT: origin,
      LWA_ENDPOINT: `${origin}/auth/o2/token`,
      SEND_MODE: 'live',
      SWEEP_EVERY: '1s',
      LOG_FORMAT: 'json',
    },
    async truth() {
      const truth = await (await fetch(`${origin}/_control/truth`)).json();
      return {
        accepted: truth.orders.reduce((sum, order) => sum + order.accepted, 0),
        second: truth.orders.filter(({ posts }) => posts.length > 1).length,
        personal: truth.accounts.reduce((sum, account) => sum + account.personalDataRequests, 0),
      };
    },
    stop: () => ended(simulator, 'SIGTERM'),
  };
}
