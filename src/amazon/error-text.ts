import { knownWordsOf } from './known-words.js';

/** What the body of an error answer says, however broken it is. */
export interface ErrorText {
  /** What it says in its first 4,000 characters, for matching: lower case, plain quotes and hyphens, single spaces. */
  readonly plain: string;
  /** True for an answer in a form that Amazon uses for a refusal, or for no body at all; false for one that is garbled. */
  readonly readable: boolean;
  /** Codes and message for the ledger; see {@link readErrorText}. `null` for an empty body. */
  readonly said: string | null;
}

const enoughCharacters = 4_000;

/**
 * Reads an error body. In 2020 Amazon sent one without its closing brace (docs issue #121), and its curly apostrophes have
 * been seen garbled, so a body that is no JSON is read by its text.
 *
 * `said` is shortened to 200 characters and freed of what could be personal or secret: addresses, tokens, long numbers, and
 * whatever stands in quotes.
 */
export function readErrorText(body: string): ErrorText {
  const head = body.slice(0, enoughCharacters);
  const parsed = parseJson(body);
  if (parsed === undefined) {
    const pieces = brokenErrorPieces(head);
    const text = pieces.length > 0 ? pieces.join(': ') : head.replaceAll(/<[^>]*>?/g, ' ');
    return {
      plain: plainText(unescapeJson(head)),
      readable: body.trim() === '' || pieces.length > 0,
      said: harmless(text),
    };
  }
  const strings = stringsIn(parsed, 6);
  // Some of the patterns that are looked for take the square of the length.
  const plain = plainText(strings.join(' ').slice(0, enoughCharacters));
  return { plain, readable: true, said: harmless(strings.join(': ')) };
}

/** `undefined` for what is no JSON; JSON itself has no such value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stringsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value.slice(0, enoughCharacters)];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value)
    .slice(0, 20)
    .flatMap((inner) => stringsIn(inner, depth - 1));
}

/** Codes, messages and details out of an error body that lost its end. */
function brokenErrorPieces(text: string): readonly string[] {
  const pairs = text.matchAll(/"(?:code|message|details|error|error_description)"\s*:\s*"((?:\\.|[^"\\])*)/g);
  return [...pairs].map(([, value = '']) => unescapeJson(value)).filter((value) => value !== '');
}

function unescapeJson(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\[nrt]/g, ' ')
    .replaceAll(/\\(.)/g, '$1');
}

/**
 * The same sentence always gives the same text. Amazon's apostrophe is U+2019 in production; read with the wrong character
 * set its three UTF-8 bytes become `â€™`.
 */
function plainText(text: string): string {
  return text
    .replaceAll(/â€[™˜\u0099\u0098]|[\u2018\u2019\u201b\u2032\u00b4`]/g, "'")
    .replaceAll(/â€[œ\u009c\u009d]|[\u201c\u201d\u2033]/g, '"')
    .replaceAll(/â€[“”\u0093\u0094]|[\u2010-\u2015\u2212]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

function harmless(text: string): string | null {
  const unnamed = text
    .slice(0, enoughCharacters)
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .replaceAll(/\bAtz[a-z]+\|\S*/gi, '[token]')
    .replaceAll(/\bamzn\d*\.[\w.-]+/gi, '[id]')
    .replaceAll(/\S+@\S*/g, '[address]')
    .replaceAll(
      /["\u201c\u201d\u201e\u00ab\u00bb][^"\u201c\u201d\u201e\u00ab\u00bb]*(?:["\u201c\u201d\u201e\u00ab\u00bb]|$)/g,
      '[quoted]',
    )
    // An apostrophe inside a word opens no quotation.
    .replaceAll(/(?<![\p{L}\p{N}])['\u2018\u2019][^'\u2018\u2019]*(?:['\u2018\u2019]|$)/gu, '[quoted]')
    .replaceAll(/\d{6,}/g, '[number]')
    .trim();
  const masked = knownWordsOf(unnamed).replace(/^[^\p{L}\p{N}]+$/u, '…');
  if (unnamed === '') return null;
  // Half a surrogate pair, where the cut goes through one, is no text to a database.
  return masked.length <= 200 ? masked : `${masked.slice(0, 199).replace(/[\ud800-\udbff]$/, '')}…`;
}
