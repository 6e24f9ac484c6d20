import type { Socket } from 'node:net';
import { createGzip } from 'node:zlib';

/** What a server does once a request has begun to arrive. */
export interface WireCase {
  readonly name: string;
  serve(socket: Socket): void;
  /** The status in the head of the answer, when the head comes whole and sound. */
  readonly head: number | null;
  /** True for what ends only because the time is over. */
  readonly endless: boolean;
}

const MEGABYTE = 1_048_576;
const MUCH = 50;

/** `every` piece for as long as the other side takes it, at most so many. */
function pour(socket: Socket, piece: Buffer | string, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  const go = (): void => {
    for (; left > 0; left -= 1) {
      if (socket.destroyed) return;
      if (!socket.write(piece)) {
        socket.once('drain', go);
        left -= 1;
        return;
      }
    }
    socket.end();
  };
  go();
}

/** A piece now and then, until the other side goes. */
function drip(socket: Socket, piece: string, everyMs = 10): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.once('close', () => clearInterval(timer));
}

const mega = Buffer.alloc(MEGABYTE, 'x');
const chunk = Buffer.concat([Buffer.from(`${MEGABYTE.toString(16)}\r\n`), mega, Buffer.from('\r\n')]);

function answer(
  name: string,
  status: number,
  headers: string,
  serve: (socket: Socket) => void,
  endless = false,
): WireCase {
  return {
    name: `${status} and ${name}`,
    serve(socket) {
      socket.write(`HTTP/1.1 ${status} X\r\n${headers}\r\n`);
      serve(socket);
    },
    head: status,
    endless,
  };
}

function garbled(name: string, serve: (socket: Socket) => void, endless = false): WireCase {
  return { name, serve, head: null, endless };
}

const bodies = (status: number): readonly WireCase[] => [
  answer('50 MB with their length', status, `content-length: ${MUCH * MEGABYTE}\r\n`, (socket) =>
    pour(socket, mega, MUCH),
  ),
  answer('50 MB without a length', status, '', (socket) => pour(socket, mega, MUCH)),
  answer('50 MB in chunks', status, 'transfer-encoding: chunked\r\n', (socket) => pour(socket, chunk, MUCH)),
  answer('a body without end', status, '', (socket) => pour(socket, mega)),
  answer('50 MB packed into 50 kB', status, 'content-encoding: gzip\r\n', (socket) => {
    const packed = createGzip();
    packed.pipe(socket);
    for (let number = 0; number < MUCH; number += 1) packed.write(mega);
    packed.end();
  }),
  answer('a body drop by drop', status, 'content-length: 99999\r\n', (socket) => drip(socket, ' '), true),
  answer('a body that never begins', status, 'content-length: 5\r\n', () => {}, true),
  answer('less than it promised', status, 'content-length: 500\r\n', (socket) => socket.end('{}')),
  answer('a chunk that is none', status, 'transfer-encoding: chunked\r\n', (socket) =>
    socket.end('zz\r\n{}\r\n0\r\n\r\n'),
  ),
  answer('a packing that is none', status, 'content-encoding: gzip\r\n', (socket) => socket.end('{}')),
];

export const wireCases: readonly WireCase[] = [
  ...bodies(200),
  ...bodies(201),
  answer('a redirect', 307, 'location: http://127.0.0.1:9/elsewhere\r\ncontent-length: 0\r\n', () => {}),
  garbled('no HTTP', (socket) => socket.end('hello\r\n\r\n')),
  garbled('another version', (socket) => socket.end('HTTP/9.9 201 X\r\n\r\n')),
  garbled('two lengths', (socket) => socket.end('HTTP/1.1 201 X\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}')),
  garbled('a length below zero', (socket) => socket.end('HTTP/1.1 201 X\r\ncontent-length: -2\r\n\r\n{}')),
  garbled('a length and chunks', (socket) =>
    socket.end('HTTP/1.1 201 X\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
  ),
  garbled('silence', () => {}, true),
  garbled('an end without a word', (socket) => socket.end()),
  garbled('a reset', (socket) => socket.resetAndDestroy()),
  garbled(
    'a header drop by drop',
    (socket) => {
      socket.write('HTTP/1.1 201 X\r\n');
      drip(socket, 'a');
    },
    true,
  ),
  garbled('headers without end', (socket) => {
    socket.write('HTTP/1.1 201 X\r\n');
    pour(socket, `a: ${'x'.repeat(1_000)}\r\n`);
  }),
  garbled('a flood of 102', (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50), 2), true),
  garbled(
    'a change of protocol',
    (socket) => {
      socket.write('HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    },
    true,
  ),
];

/** The connection ends behind each byte of an answer, in an orderly way or by a reset. */
export function cutCases(status: number, body: string): readonly (WireCase & { readonly whole: boolean })[] {
  const head = `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const whole = Buffer.from(head + body);
  return Array.from({ length: whole.length + 1 }, (_, end) => ({
    name: `${status}, cut behind byte ${end} of ${whole.length}`,
    serve: (socket: Socket) => socket.end(whole.subarray(0, end)),
    head: end >= Buffer.byteLength(head) ? status : null,
    endless: false,
    whole: end === whole.length,
  }));
}
