import type { ConfigProblem } from './config.js';

/** Collects what is wrong, so that all of it can be said at once. */
export class Problems {
  readonly #found: ConfigProblem[] = [];
  readonly #secrets = new Set<string>();

  add(source: string, key: string, problem: string, remedy: string): void {
    this.#found.push({ source, key, problem, remedy });
  }

  /** No message is made from a secret, but one pasted under a second key could come in by that way. */
  neverShow(text: string): void {
    if (text.length >= 6) this.#secrets.add(text);
  }

  /** Everything found, each once. */
  all(): readonly ConfigProblem[] {
    const blot = (text: string): string =>
      [...this.#secrets].reduce((seen, value) => seen.replaceAll(value, '[secret]'), text);
    const unique = new Map(
      this.#found.map((found) => {
        const clean = { ...found, key: blot(found.key), problem: blot(found.problem), remedy: blot(found.remedy) };
        return [JSON.stringify(clean), Object.freeze(clean)];
      }),
    );
    return Object.freeze([...unique.values()]);
  }
}

/** One line per problem: `accounts/eu.env: MARKETPLACES: "US" belongs to na -> ...`. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  return problems.map(({ source, key, problem, remedy }) => `${source}: ${key}: ${problem} -> ${remedy}`).join('\n');
}
