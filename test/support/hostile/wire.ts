import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { createSpApiGateway } from '../../../src/amazon/sp-api-gateway.js';
import { secret } from '../../../src/config/secret.js';
import { heldClock } from '../../amazon/held-clock.js';
import { answering, startServer } from '../../amazon/local-server.js';
import { cutCases, type WireCase, wireCases } from './wire-cases.js';

/** For what goes on for ever, and for the rest, which ends by itself. */
const SHORT_MS = 3_000;
const LONG_MS = 60_000;
/** All that is endless waits at the same time. */
const SLACK_MS = 30_000;
/** An answer of 50 MB that is kept is there twice, as bytes and as text. */
const MOST_BYTES = 90_000_000;

const order = { orderId: '202-7654321-1098765', marketplaceId: 'A1PA6795UKMFR9' };
const calls = ['ask', 'look', 'searchOrders', 'getOrder', 'token'] as const;
type Call = (typeof calls)[number];

/** How many answers were met, and what went wrong with which. */
export interface WireResult {
  readonly met: number;
  readonly wrong: readonly string[];
}

/** Every call of ours against a real server that does each of these things. */
export async function meetWire(): Promise<WireResult> {
  const wrong: string[] = [];
  const unhandled = (error: unknown): void => void wrong.push(`nobody handled: ${error}`);
  process.on('unhandledRejection', unhandled);
  let met = 0;
  const meet = async (each: WireCase, call: Call, outcome?: string): Promise<void> => {
    met += 1;
    await meetOne(each, call, outcome).catch((error) => wrong.push(`${call}: ${each.name}: ${error.message}`));
  };
  // One after the other, as the memory is measured; but what only waits for its time waits together.
  for (const each of wireCases.filter(({ endless }) => !endless)) for (const call of calls) await meet(each, call);
  await Promise.all(
    wireCases.filter(({ endless }) => endless).flatMap((each) => calls.map((call) => meet(each, call))),
  );

  const refusal =
    '{"errors":[{"code":"Unauthorized","message":"You have already requested a review for this order."}]}';
  for (const each of cutCases(403, refusal)) await meet(each, 'ask', each.whole ? 'already-requested' : 'unknown');
  for (const each of cutCases(201, '{}')) await meet(each, 'ask');
  await after(50);
  process.off('unhandledRejection', unhandled);
  return { met, wrong };
}

async function meetOne(each: WireCase, call: Call, outcome = expected(each, call)): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', () => each.serve(socket));
  });
  const origin = await listening(server);
  const tokens = await startServer();
  tokens.on(/./, answering(200, { access_token: 'Atza|IwEB', expires_in: 3600 }));
  const timeoutMs = each.endless ? SHORT_MS : LONG_MS;
  const gateway = gatewayTo(
    call === 'token' ? tokens.origin : origin,
    call === 'token' ? origin : tokens.origin,
    timeoutMs,
  );
  const memory = watchMemory();
  try {
    if (call !== 'token') await gateway.prepare();
    const begun = performance.now();
    const { kind } = await (call === 'token' ? gateway.prepare() : outcomeOf(call, gateway));
    const tookMs = performance.now() - begun;

    assert.equal(kind, outcome);
    assert.ok(tookMs < timeoutMs + SLACK_MS, `took ${Math.round(tookMs)} ms`);
    // What waits for its time waits beside others, whose memory this would be, too.
    assert.ok(each.endless || memory.grownBy() < MOST_BYTES, `took ${Math.round(memory.grownBy() / 1e6)} MB`);
    // The answer is given up on: so is its connection.
    for (let waited = 0; isCutOff(each) && sockets.size > 0; waited += 10) {
      assert.ok(waited < SLACK_MS, 'the connection stays open');
      await after(10);
    }
  } finally {
    memory.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
    await tokens.close();
  }
}

/** An answer that came whole leaves a sound connection behind, which may be used again. */
function isCutOff({ head, endless }: WireCase): boolean {
  return head !== 307 || endless;
}

function expected({ head }: WireCase, call: Call): string {
  if (call === 'token') return 'account-trouble';
  if (call === 'ask') return head === 201 ? 'accepted' : 'unknown';
  return 'no-answer';
}

async function outcomeOf(
  call: Exclude<Call, 'token'>,
  gateway: ReturnType<typeof gatewayTo>,
): Promise<{ kind: string }> {
  switch (call) {
    case 'ask':
      return (await gateway.ask(order, () => true)).outcome;
    case 'look':
      return (await gateway.look(order)).outcome;
    case 'getOrder':
      return (await gateway.getOrder(order.orderId)).outcome;
    case 'searchOrders': {
      const query = { marketplaceIds: [order.marketplaceId], updatedAfter: heldClock().now(), paginationToken: null };
      return (await gateway.searchOrders(query)).outcome;
    }
    default:
      return call satisfies never;
  }
}

function watchMemory() {
  // Not the resident size: what others left behind is in it, and comes and goes.
  const held = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  let most = before;
  const look = (): void => {
    most = Math.max(most, held());
  };
  const timer = setInterval(look, 5);
  return {
    grownBy: () => {
      look();
      return most - before;
    },
    stop: () => clearInterval(timer),
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function gatewayTo(spApi: string, lwa: string, requestTimeoutMs: number) {
  return createSpApiGateway({
    account: {
      name: 'tea',
      clientId: 'client-1',
      clientSecret: secret('swordfish'),
      refreshToken: secret('Atzr|opensesame'),
      region: 'eu',
    },
    endpoints: { spApiEndpoint: spApi, lwaEndpoint: `${lwa}/auth/o2/token`, sandbox: false },
    userAgent: 'askonce/0.0.0 (Language=TypeScript; Platform=test)',
    requestTimeoutMs,
    clock: heldClock(),
    shutdown: new AbortController().signal,
  });
}
