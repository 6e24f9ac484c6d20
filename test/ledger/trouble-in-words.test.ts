import { expect, test } from '@jest/globals';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { tellingTrouble } from '../../src/ledger/trouble-in-words.js';
import { sentenceOf } from '../../src/log.js';
import { testPostgres } from '../support/postgres.js';

async function sentence(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no trouble',
    (error) => sentenceOf(error),
  );
}

const failing = (error: unknown) => tellingTrouble({ read: () => Promise.reject(error) }).read();

test('a database that is not there is told in one line, whatever was asked of it', async () => {
  const ledger = openPrismaLedger('postgres://nobody@127.0.0.1:1/nothing', { connections: 2, onConnectionLost() {} });

  expect(await sentence(ledger.read('1'))).toBe("the ledger: Can't reach database server at 127.0.0.1:1");
  expect(await sentence(ledger.ping())).toBe("the ledger: Can't reach database server at 127.0.0.1:1");
  await ledger.close();
});

test('what the database says is told without the call that met it', async () => {
  const server = await testPostgres();
  const { url } = await server.freshDatabase();
  const ledger = openPrismaLedger(url, { connections: 2, onConnectionLost() {} });

  expect(await sentence(ledger.accounts())).toMatch(/^the ledger: .*does not exist/);
  await ledger.close();
  await server.stop();
});

test('a connection that ended before a transaction began is told in words', async () => {
  const closed = Object.assign(new Error('ConnectionClosed'), { cause: { kind: 'ConnectionClosed' } });

  expect(await sentence(failing(closed))).toBe('the ledger: connection closed');
});

test('a mistake in the code keeps its place', async () => {
  const mistake = new TypeError('x is not a function');

  await expect(failing(mistake)).rejects.toBe(mistake);
});

test('the same loss of several connections is told once', async () => {
  const server = await testPostgres();
  const { url } = await server.freshDatabase();
  const told: Error[] = [];
  const ledger = openPrismaLedger(url, { connections: 5, onConnectionLost: (error) => told.push(error) });
  await Promise.all(Array.from({ length: 5 }, () => ledger.ping()));

  await server.stop();

  expect(new Set(told.map(({ message }) => message)).size).toBe(told.length);
  expect(told[0]?.message).toBe('the ledger: terminating connection due to administrator command');
  await ledger.close();
});
