import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../src/package-root.js';
import { alarmNames } from '../../src/policy/alarm.js';
import { onPromtool, promtool } from '../support/promtool.js';

const folder = join(packageRoot, 'ops', 'prometheus');
const rulesFile = join(folder, 'askonce-alerts.yml');

interface Rules {
  readonly groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
}

async function readRules(): Promise<Rules> {
  return parse(await readFile(rulesFile, 'utf8'));
}

const alerts = (await readRules()).groups.flatMap(({ rules }) => rules);

test.each(alarmNames)('the alarm %s has its alert', (name) => {
  const camel = name.replace(/(?:^|-)(\w)/g, (_whole, letter: string) => letter.toUpperCase());

  expect(alerts.map(({ alert }) => alert)).toContain(`Askonce${camel}`);
});

test.each(alerts.map(({ alert }) => alert))('%s says what it means, for whom, and where to read what to do', (name) => {
  const { annotations } = alerts.find(({ alert }) => alert === name) ?? { annotations: {} };

  expect(annotations).toMatchObject({
    summary: expect.any(String),
    description: expect.any(String),
    runbook: expect.stringMatching(/^docs\/operations\.md#[a-z-]+$/),
  });
});

test.each(alerts.map(({ annotations }) => annotations['runbook']))('%s is a heading that is there', async (runbook) => {
  const document = await readFile(join(packageRoot, 'docs', 'operations.md'), 'utf8');
  const headings = [...document.matchAll(/^#+ +(.+)$/gm)].map(([, title = '']) => anchorOf(title));

  expect(headings).toContain(runbook?.split('#')[1]);
});

/** As GitHub makes it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

onPromtool('promtool', () => {
  let copy = '';

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'askonce-rules-'));
    await cp(folder, copy, { recursive: true });
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  test('has nothing to say about the rules', () => {
    const { ok, said } = promtool(['check', 'rules', '--lint-fatal', rulesFile]);

    expect({ ok, said }).toMatchObject({ ok: true, said: expect.stringContaining(`${alerts.length} rules found`) });
  });

  test('finds each alert firing when it should, and only then', () => {
    const { ok, said } = promtool(['test', 'rules', join(folder, 'askonce-alerts.test.yml')]);

    expect({ ok, said }).toMatchObject({ ok: true });
  });

  test.each(
    alerts.flatMap(({ alert }) => [
      [alert, 'never fires', 'vector(0) > 1'],
      [alert, 'always fires', 'vector(1)'],
    ]),
  )('notices when %s %s', async (name, _how, expr) => {
    const rules = await readRules();
    for (const rule of rules.groups.flatMap((group) => group.rules)) if (rule.alert === name) rule.expr = expr;
    await writeFile(join(copy, 'askonce-alerts.yml'), stringify(rules));

    expect(promtool(['test', 'rules', join(copy, 'askonce-alerts.test.yml')]).ok).toBe(false);
  });
});
