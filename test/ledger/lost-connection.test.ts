import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { testPostgres } from '../support/postgres.js';

test('a connection that the server ends while it is in use, between two statements, does not end the process', async () => {
  const server = await testPostgres();
  const { url } = await server.freshDatabase();
  const connect = jest.spyOn(pg.Client.prototype, 'connect');
  const ledger = openPrismaLedger(url, { connections: 1, onConnectionLost() {} });
  await ledger.ping();
  const [client] = connect.mock.contexts as pg.Client[];
  connect.mockRestore();
  const listening = client?.listenerCount('error');
  await ledger.close();
  await server.stop();

  // The pool listens as well, but takes its ear away for as long as it lends the connection out.
  expect(listening).toBeGreaterThan(1);
});
