import { inspect } from 'node:util';
import type { Secret } from './config.js';

class HiddenText implements Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Wraps a text so that neither a template, JSON, a logger nor `console` can show it. */
export function secret(text: string): Secret {
  return new HiddenText(text);
}
