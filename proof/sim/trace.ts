import type { Instant } from '../../src/simulator/instant.js';
import { toIso } from '../../src/simulator/instant.js';

/** One thing that happened in a run. */
export interface Note {
  readonly at: Instant;
  /** The worker, Amazon, a person, or the weather. */
  readonly who: string;
  readonly what: string;
  /** The order or account it is about; empty: neither. */
  readonly about: string;
}

/** What happened, as a fingerprint of all of it and, where asked for, in words. */
export class Trace {
  readonly #notes: Note[] | null;
  #hash = 0x811c9dc5;

  constructor({ keep }: { readonly keep: boolean }) {
    this.#notes = keep ? [] : null;
  }

  note(at: Instant, who: string, what: string, about: string): void {
    let hash = Math.imul(this.#hash ^ (at & 0x7fffffff), 0x01000193);
    for (const text of [who, what, about]) {
      for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.#hash = hash;
    this.#notes?.push({ at, who, what, about });
  }

  /** The same for two runs exactly when they went alike. */
  get fingerprint(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  /** Every note, one to a line. */
  lines(): readonly string[] {
    return (this.#notes ?? []).map(lineOf);
  }

  /** The last notes about these orders and accounts, and of everything that is about nothing in particular between them. */
  lastAbout(subjects: readonly string[], until: Instant, most: number): readonly string[] {
    const notes = (this.#notes ?? []).filter(({ at }) => at <= until);
    const told = notes.filter(({ about }) => subjects.includes(about));
    const workers = new Set(told.map(({ who }) => who));
    const first = told.slice(-most)[0]?.at ?? Number.POSITIVE_INFINITY;
    return notes
      .filter(({ about, who, at, what }) => {
        if (subjects.includes(about)) return true;
        return at >= first && about === '' && (workers.has(who) ? isOfLife(what) : who === 'weather');
      })
      .slice(-most)
      .map(lineOf);
  }
}

function lineOf({ at, who, what, about }: Note): string {
  return `${toIso(at)}  ${who.padEnd(8)} ${about === '' ? '' : `${about} `}${what}`;
}

/** Words about a worker itself, not about what it does. */
function isOfLife(what: string): boolean {
  return ['starts', 'crashes', 'stopped', 'goes on', 'shuts down'].some((word) => what.startsWith(word));
}
