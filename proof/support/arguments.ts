import { InvalidArgumentError } from 'commander';
import type { Point } from './points.js';

export function aNumber(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least) {
      throw new InvalidArgumentError(`A whole number from ${least} on, please.`);
    }
    return number;
  };
}

/** A list of points, separated by commas. */
export function namesAmong(points: readonly Point[]): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const strange = names.find((name) => !points.some((point) => point.name === name));
    if (strange !== undefined) throw new InvalidArgumentError(`There is no point "${strange}"; --points lists them.`);
    return names;
  };
}
