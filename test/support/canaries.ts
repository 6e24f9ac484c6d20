import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Values that must not be found anywhere. Each holds a word of its own, in lower case, that is searched for. */
export class Canaries {
  readonly #words = new Map<string, string>();

  /** `shape` gets the word; what it returns is the value, e.g. `amzn1.oa2-cs.v1.${word}`. */
  add(name: string, shape: (word: string) => string): string {
    // Letters that no code and no hexadecimal id has in such a row, and more than the 15 that a complaint about a setting may quote.
    const word = `qzx${[...`${this.#words.size}`].map((digit) => 'ghjkmnprst'[Number(digit)]).join('')}wvyzqkxhjwpkzqvw`;
    this.#words.set(name, word);
    return shape(word);
  }

  /** A number that is searched for as it stands. */
  addNumber(name: string, digits: string): string {
    this.#words.set(name, digits);
    return digits;
  }

  /** Somebody else's secret, as an access token that the stand-in issued. */
  addValue(name: string, value: string): void {
    this.#words.set(name, value);
  }

  /** Which of them are in a text: as they are, URL-encoded, in base64 at any place of it, or in hexadecimal. */
  in(text: string): string[] {
    const lower = text.toLowerCase();
    return [...this.#words].flatMap(([name, word]) => {
      const bare = word.toLowerCase();
      const plain = [bare, encodeURIComponent(word).toLowerCase(), Buffer.from(word).toString('hex')];
      const shown = plain.some((form) => lower.includes(form)) || base64Forms(word).some((form) => text.includes(form));
      return shown ? [name] : [];
    });
  }
}

/** What a word becomes inside a longer text in base64, by where it begins; the ends, which its neighbours change, left out. */
function base64Forms(word: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.from(`${' '.repeat(before)}${word}`).toString('base64');
    const inner = encoded.slice(before === 0 ? 0 : 4, encoded.length - 4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** One place where something may have been left, and a text that must be there, so that the search is known to look. */
export interface Place {
  readonly name: string;
  readonly text: string;
  readonly holds: string;
}

/** Every row of every table in a database, askonce's and the queue's, as JSON. */
export async function everyRow(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`);
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`);
      texts.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** The bytes of every file below a folder, write-ahead log and all, with its path. */
export async function everyFile(folder: string): Promise<Place['text'][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => `${name}\n${await readFile(join(parentPath, name), 'latin1')}`),
  );
}
