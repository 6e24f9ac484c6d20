import { fileURLToPath } from 'node:url';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { FaultInput } from '../../src/simulator/fault.js';
import type { NewOrder } from '../../src/simulator/new-order.js';
import type { SimulatorOptions } from '../../src/simulator/options.js';
import type { Truth } from '../../src/simulator/truth.js';
import { BenchProcess } from './process.js';

const program = fileURLToPath(new URL('./simulator-program.js', import.meta.url));
/** Orders in one request to the simulator's control interface. */
const CHUNK = 10_000;

/** A simulated Amazon in a process of its own, reached through its control interface. */
export class Amazon {
  readonly origin: string;
  readonly lwaEndpoint: string;
  readonly process: BenchProcess;

  constructor(process: BenchProcess, origin: string, lwaEndpoint: string) {
    this.process = process;
    this.origin = origin;
    this.lwaEndpoint = lwaEndpoint;
  }

  static async start(options: SimulatorOptions, folder: string): Promise<Amazon> {
    const args = [program, JSON.stringify({ accounts: [], ...options })];
    const process = new BenchProcess(args, { folder, log: `${folder}/simulator.log` });
    const { origin, lwaEndpoint } = await process.waitForLog('listening');
    return new Amazon(process, String(origin), String(lwaEndpoint));
  }

  async addAccounts(accounts: readonly SimulatedAccount[]): Promise<void> {
    await this.#control('POST', 'accounts', { accounts });
  }

  async addOrders(orders: readonly NewOrder[]): Promise<void> {
    for (let start = 0; start < orders.length; start += CHUNK)
      await this.#control('POST', 'orders', { orders: orders.slice(start, start + CHUNK) });
  }

  async setFaults(faults: readonly FaultInput[]): Promise<void> {
    await this.#control('PUT', 'faults', { faults });
  }

  /** What has arrived so far, per account; small and quick. */
  async tallies(): Promise<Truth['accounts']> {
    return (await this.#truth('orders=no')).accounts;
  }

  /** Every order of an account with its POSTs; of all accounts where none is named, which keeps the simulator busy for a while. */
  async orders(account?: string): Promise<Truth['orders']> {
    return (await this.#truth(account === undefined ? '' : `account=${account}`)).orders;
  }

  async #truth(query: string): Promise<Truth> {
    return (await this.#control('GET', `truth?${query}`)) as Truth;
  }

  async #control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.origin}/_control/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the simulator refused ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
