import fc from 'fast-check';

/** Texts that a program trips over: control characters, lookalikes, paths, names of Object.prototype, far too much. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  '\u0000\u001b[31m\u0007',
  'a\r\nevent: sent\n',
  '\ud800',
  '\udc00x\ud83d',
  '\u{1f600}',
  '\u200b\u202e\ufeff',
  '３０２-0000001-0000001',
  '../../..',
  '%2e%2e%2f',
  '?a=b#c&d',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'Infinity',
  '1e999',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '<script>alert(1)</script>',
  "'; DROP TABLE attempt; --",
  'jane.doe@example.com',
  'Atza|IwEBsecret',
  '9'.repeat(400),
  'x'.repeat(5_000),
];

export const hostileText = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 30 }),
);

export const anyBytes: fc.Arbitrary<Uint8Array<ArrayBufferLike>> = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  hostileText.map((text) => new Uint8Array(Buffer.from(text))),
  hostileText.map((text) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))),
);

/** JSON as it is written, which says more than a value: numbers that are none, keys given twice, depth without end. */
const rawJson = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.constantFrom(
      'null',
      'true',
      '0',
      '-0',
      '1e999',
      '-1e999',
      'NaN',
      '9'.repeat(400),
      '[]',
      '{}',
      '[[[]]]',
      '{"a":1,"a":2}',
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '{"toString":1,"valueOf":1,"length":-1}',
    ),
  },
  { weight: 40, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  { weight: 10, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 1, arbitrary: fc.constant('['.repeat(10_000) + ']'.repeat(10_000)) },
  { weight: 1, arbitrary: fc.constant(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`) },
  { weight: 1, arbitrary: fc.constant(`[${'0,'.repeat(100_000)}0]`) },
  { weight: 1, arbitrary: fc.constant(`[${'{},'.repeat(100_000)}{}]`) },
);

type Change = 'drop' | 'replace' | 'wrap' | 'double' | 'add';

const changes = fc.array(
  fc.tuple(fc.constantFrom<Change>('drop', 'replace', 'wrap', 'double', 'add'), fc.nat(500), rawJson, hostileText),
  { maxLength: 4 },
);

/** A sound value with some of its parts dropped, replaced, wrapped, doubled or added to; and sometimes its text cut. */
export function nearMiss(sound: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.tuple(sound, changes, fc.option(fc.nat(2_000), { freq: 6 })).map(([value, some, end]) => {
    const raws: string[] = [];
    const copy = { root: structuredClone(value) };
    for (const [change, where, raw, name] of some) {
      raws.push(raw);
      apply(change, copy, where, marked(raws.length - 1), name);
    }
    const text = JSON.stringify(copy.root) ?? '';
    const written = raws.reduce((all, raw, index) => all.replaceAll(JSON.stringify(marked(index)), () => raw), text);
    return end === null ? written : written.slice(0, end);
  });
}

function marked(index: number): string {
  return `@raw-${index}@`;
}

function apply(change: Change, copy: object, where: number, raw: string, name: string): void {
  const places = placesIn(copy);
  const place = places[where % places.length];
  if (place === undefined) return;
  const { inside, key } = place;
  const held: unknown = Reflect.get(inside, key);
  switch (change) {
    case 'drop':
      if (Array.isArray(inside)) inside.splice(Number(key), 1);
      else Reflect.deleteProperty(inside, key);
      break;
    case 'replace':
      set(inside, key, raw);
      break;
    case 'wrap':
      set(inside, key, where % 2 === 0 ? [held] : { [name]: held });
      break;
    case 'double':
      set(inside, key, [held, held, raw]);
      break;
    case 'add':
      if (Array.isArray(inside)) inside.push(raw);
      else set(inside, name, raw);
      break;
    default:
      change satisfies never;
  }
}

/** Also under the name `__proto__`, which plain assignment would take for something else. */
function set(inside: object, key: string, value: unknown): void {
  Object.defineProperty(inside, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(value: unknown): readonly { readonly inside: object; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [{ inside: value, key }, ...placesIn(Reflect.get(value, key))]);
}

/** Any JSON, any bytes taken for text, and a few that go on and on. */
export const anyBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.json({ maxDepth: 6 }) },
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString()) },
  { weight: 10, arbitrary: hostileText },
  { weight: 10, arbitrary: rawJson },
  { weight: 1, arbitrary: fc.constant('['.repeat(300_000)) },
);
