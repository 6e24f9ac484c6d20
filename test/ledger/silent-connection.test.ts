import { expect, test } from '@jest/globals';
import { Cable } from '../../proof/chaos/cable.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { eventually } from '../support/eventually.js';
import { testPostgres } from '../support/postgres.js';

test('a database whose connections died in silence is reached again on new ones', async () => {
  const server = await testPostgres();
  const url = new URL((await server.freshDatabase()).url);
  const cable = new Cable(Number(url.port));
  url.port = String(await cable.open());
  const ledger = openPrismaLedger(url.href, { connections: 2, onConnectionLost() {}, silentAfterMs: 700 });
  await Promise.all([ledger.ping(), ledger.ping()]);

  cable.silence();
  cable.plugIn();

  await expect(ledger.ping()).rejects.toThrow('the ledger: no answer from the database within 700 ms');
  await eventually(() => ledger.ping());
  await ledger.close();
  await cable.close();
  await server.stop();
});
