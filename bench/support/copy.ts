import type pg from 'pg';

/** What pg's connection does during a COPY; its types leave it out. */
interface CopyConnection {
  query(sql: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(why: string): void;
}

/**
 * A statement in pg's own protocol (`submit` and the `handle...` that its client calls): the driver leaves COPY to others, and
 * what it takes is little.
 */
abstract class Copy {
  readonly done: Promise<void>;
  readonly #sql: string;
  #succeed: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(sql: string) {
    this.#sql = sql;
    this.done = new Promise((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
  }

  submit(connection: unknown): void {
    (connection as CopyConnection).query(this.#sql);
  }

  handleError(error: Error): void {
    this.#fail(error);
  }

  handleReadyForQuery(): void {
    this.#succeed();
  }

  handleCommandComplete(): void {}

  abstract handleCopyInResponse(connection: CopyConnection): void;
  abstract handleCopyData(message: { readonly chunk: Buffer }): void;
}

class CopyIn extends Copy {
  readonly #chunks: readonly Buffer[];

  constructor(sql: string, chunks: readonly Buffer[]) {
    super(sql);
    this.#chunks = chunks;
  }

  handleCopyInResponse(connection: CopyConnection): void {
    for (const chunk of this.#chunks) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }

  handleCopyData(): void {}
}

class CopyOut extends Copy {
  readonly chunks: Buffer[] = [];

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFail('nothing to copy in');
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // The driver reuses the memory behind it.
    this.chunks.push(Buffer.from(chunk));
  }
}

/** `sql` is a `COPY ... FROM STDIN`. */
export async function copyIn(client: pg.Client, sql: string, chunks: readonly Buffer[]): Promise<void> {
  const copy = new CopyIn(sql, chunks);
  client.query(copy);
  await copy.done;
}

/** `sql` is a `COPY ... TO STDOUT`; answers its rows, in pieces of many each. */
export async function copyOut(client: pg.Client, sql: string): Promise<Buffer[]> {
  const copy = new CopyOut(sql);
  client.query(copy);
  await copy.done;
  return inPieces(copy.chunks, 64 * 1024);
}

/** A message for every row would make COPY look slow that is not. */
function inPieces(rows: readonly Buffer[], bytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  let piece: Buffer[] = [];
  let size = 0;
  for (const row of rows) {
    piece.push(row);
    size += row.length;
    if (size < bytes) continue;
    pieces.push(Buffer.concat(piece));
    piece = [];
    size = 0;
  }
  return piece.length === 0 ? pieces : [...pieces, Buffer.concat(piece)];
}
