import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../../src/package-root.js';
import { withGeneratedParts } from './guarantees.js';

export function addDocument(program: Command): void {
  program
    .command('document')
    .description('writes what comes from the code into docs/guarantees.md')
    .action(async () => {
      const file = join(packageRoot, 'docs', 'guarantees.md');
      await writeFile(file, withGeneratedParts(await readFile(file, 'utf8')));
    });
}
