// `npm run docs`: writes what is generated into the documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureBuilt } from './set-up.mjs';

ensureBuilt();
const { configurationDocument } = await import('../dist/src/config/configuration-document.js');
const { settingsTable } = await import('../dist/src/config/settings-table.js');
const { logEventsTable } = await import('../dist/src/log-events.js');
const { metricsTable } = await import('../dist/src/web/metrics-table.js');
fillIn('../README.md', 'settings', settingsTable());
fillIn('../docs/operations.md', 'log events', logEventsTable());
fillIn('../docs/operations.md', 'metrics', metricsTable());
writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocument());

/** Puts a text between the markers of its name. */
function fillIn(path, name, generated) {
  const file = new URL(path, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const marked = new RegExp(`(<!-- ${name}: npm run docs -->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
  if (!marked.test(text)) throw new Error(`${path} has no place for its ${name}`);
  writeFileSync(
    file,
    text.replace(marked, (_whole, begin, end) => `${begin}\n${generated}\n\n${end}`),
  );
}
