import { type Command, InvalidArgumentError, Option } from 'commander';
import { marketplaceByCode } from '../amazon/marketplaces.js';
import { defaultAccounts, type SimulatedAccount } from '../simulator/account.js';
import { startSimulator } from '../simulator/server.js';
import { stopSignal } from './stop-signal.js';
import { print } from './terminal.js';

interface SimulateOptions {
  readonly host: string;
  readonly port: number;
  readonly orders: number;
  readonly seed: string;
  readonly pageSize: number;
  readonly latency: number;
}

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('run a stand-in for Amazon by itself: login, orders and solicitations, with faults on demand')
    .addOption(new Option('--host <address>').default('127.0.0.1'))
    .addOption(new Option('--port <port>', '0: any free one').default(8687).argParser(wholeNumber))
    .addOption(new Option('--orders <count>', 'orders made for each account').default(100).argParser(wholeNumber))
    .addOption(new Option('--seed <seed>', 'the same seed makes the same orders and faults').default('1'))
    .addOption(new Option('--page-size <count>', 'orders on a page').default(100).argParser(wholeNumber))
    .addOption(new Option('--latency <ms>', 'every answer comes so much later').default(0).argParser(wholeNumber))
    .action(async ({ host, port, orders, seed, pageSize, latency }: SimulateOptions) => {
      const stopped = stopSignal();
      const simulator = await startSimulator({
        host,
        port,
        seed,
        pageSize,
        ordersPerAccount: orders,
        latencyMs: latency,
      });
      await print(
        [
          `Amazon is simulated at ${simulator.origin} (truth, orders and faults: ${simulator.origin}/_control).`,
          'Point askonce at it with these lines in .env:',
          '',
          `SP_API_ENDPOINT=${simulator.origin}`,
          `LWA_ENDPOINT=${simulator.lwaEndpoint}`,
          ...defaultAccounts.flatMap(accountFile),
        ].join('\n'),
      );
      await stopped;
      await simulator.stop();
      process.exit(0);
    });
}

function accountFile(account: SimulatedAccount): string[] {
  return [
    '',
    `# accounts/${account.name}.env`,
    ...Object.entries(accountKeys(account)).map(([key, value]) => `${key}=${value}`),
  ];
}

/** The env file of a simulated account. */
export function accountKeys(account: SimulatedAccount): Record<string, string> {
  return {
    LWA_CLIENT_ID: account.clientId,
    LWA_CLIENT_SECRET: account.clientSecret,
    LWA_REFRESH_TOKEN: account.refreshToken,
    SP_API_REGION: marketplaceByCode(account.marketplaces[0] ?? 'US')?.region ?? 'na',
    MARKETPLACES: account.marketplaces.join(','),
  };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, e.g. 100.');
  return Number(text);
}
