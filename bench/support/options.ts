import { type Command, InvalidArgumentError, Option } from 'commander';

/** What every bench takes. */
export interface CommonOptions {
  readonly seed: string;
  readonly json?: boolean;
}

/** Sizes as options: `{ orders: [100_000, 5_000, 'orders to read'] }` is the issue's size, the one of `--quick`, and what it is. */
export type Sizes = Readonly<Record<string, readonly [full: number, quick: number, what: string]>>;

/** Adds `--seed`, `--json`, `--quick` and an option for each size; what a person gives wins over both. */
export function addSizes<S extends Sizes>(command: Command, sizes: S): Command {
  command
    .option('--seed <seed>', 'the same seed makes the same data', '1')
    .option('--json', 'one JSON document')
    .option('--quick', 'small sizes: seconds, not minutes');
  for (const [name, [full, quick, what]] of Object.entries(sizes)) {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <count>`;
    command.addOption(new Option(flag, `${what} (default: ${full}; quick: ${quick})`).argParser(wholeNumber));
  }
  return command;
}

export function sizesOf<S extends Sizes>(
  sizes: S,
  given: Partial<Record<keyof S, number>> & { readonly quick?: boolean },
): Record<keyof S, number> {
  return Object.fromEntries(
    Object.entries(sizes).map(([name, [full, quick]]) => [name, given[name] ?? (given.quick === true ? quick : full)]),
  ) as Record<keyof S, number>;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, e.g. 100.');
  return Number(text);
}

export function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
