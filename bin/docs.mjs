// `npm run docs`: writes what is generated into the documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureBuilt } from './set-up.mjs';

ensureBuilt();
const { configurationDocument } = await import('../dist/src/config/configuration-document.js');
const { settingsTable } = await import('../dist/src/config/settings-table.js');
const readme = new URL('../README.md', import.meta.url);
const text = readFileSync(readme, 'utf8');
const filled = text.replace(
  /(<!-- settings: npm run docs -->\n)[\s\S]*?(<!-- end of settings -->)/,
  (_whole, begin, end) => `${begin}\n${settingsTable()}\n\n${end}`,
);
writeFileSync(readme, filled);
writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocument());
