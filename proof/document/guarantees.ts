import { mayMove, states } from '../../src/policy/review-request.js';
import { limitsInWords } from '../sim/weather.js';
import { points, pointsTable } from '../support/points.js';

/** Each part of docs/guarantees.md that is written from the code, by the name in its first marker. */
const parts: Readonly<Record<string, () => string>> = {
  limits: () => limitsInWords.map((limit, index) => `${index + 1}. ${limit}`).join('\n'),
  moves: movesTable,
  points: () => pointsTable(points).trimEnd(),
};

/** The document with its generated parts as the code has them now; everything else is left as it is. */
export function withGeneratedParts(document: string): string {
  return Object.entries(parts).reduce((text, [name, write]) => {
    const marked = new RegExp(`(<!-- ${name}: .* -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!marked.test(text)) throw new Error(`docs/guarantees.md has no place for its ${name}`);
    return text.replace(marked, (_whole, begin, end) => `${begin}\n${write()}\n\n${end}`);
  }, document);
}

function movesTable(): string {
  const rows = states.map((from) => {
    const targets = states.filter((to) => to !== from && mayMove(from, to));
    return `| \`${from}\` | ${targets.length === 0 ? '(final)' : targets.map((to) => `\`${to}\``).join(', ')} |`;
  });
  return ['| from | to |', '| --- | --- |', ...rows].join('\n');
}
