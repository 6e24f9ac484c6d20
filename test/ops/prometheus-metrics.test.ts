import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { packageRoot } from '../../src/package-root.js';
import { metricsTable } from '../../src/web/metrics-table.js';
import { onPromtool, promtool } from '../support/promtool.js';
import { play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const ADMIN_TOKEN = 'a-token-that-nobody-may-see';

/** What a worker says after it has asked some, lost answers, and been throttled. */
let exposed = '';
let orderIds: readonly string[] = [];
const database = databases();

beforeAll(async () => {
  const settings = { ...(await database()), ADMIN_TOKEN, LWA_SECRET_ROTATED_ON: '2026-11-01' };
  await play({ settings }, async (scenario) => {
    scenario.addDueOrders(15);
    orderIds = scenario.addDueOrders(10, 'europe');
    scenario.simulator.faults.add({ kind: 'answer-lost', everyNth: 6 });
    const worker = await scenario.startedWorker();
    await scenario.untilAccepted(25);
    await scenario.untilAgreed();
    const { url } = await worker.waitForLog('http-listening');
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    exposed = await answer.text();
  });
});

const names = () => [...exposed.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));

/** Every name that a query may use, with what a histogram adds. */
function series(): ReadonlySet<string> {
  return new Set(
    names().flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
}

function namedIn(query: string): string[] {
  return [...query.matchAll(/\b(?:askonce|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);
}

test('what happened is in the figures', () => {
  expect(exposed).toMatch(/askonce_asks_total\{account="north",outcome="accepted"\} [1-9]/);
  expect(exposed).toMatch(/askonce_review_requests\{account="europe",state="sent"\} [1-9]/);
  expect(exposed).toMatch(/askonce_sent_today\{account="north"\} [1-9]/);
  expect(exposed).toMatch(/askonce_step_duration_seconds_count\{step="send"\} [1-9]/);
  expect(exposed).toMatch(/askonce_rate_used_ratio\{account="north"\} 0\.[0-9]/);
  expect(exposed).toMatch(/askonce_clock_skew_seconds\{clock="ledger"\} -?[0-9]/);
  expect(exposed).toMatch(/askonce_ledger_up 1\n/);
});

test('every metric of askonce has its line in docs/operations.md, made by metricsTable', () => {
  const ours = names().filter(({ name }) => name.startsWith('askonce_'));

  expect(ours.length).toBeGreaterThan(20);
  for (const { name, type } of ours) expect(metricsTable()).toContain(`| \`${name}\` | ${type} |`);
});

test('the table names nothing that is not exposed', () => {
  const tabled = [...metricsTable().matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);

  expect(new Set(tabled)).toEqual(
    new Set(
      names()
        .map(({ name }) => name)
        .filter((name) => name.startsWith('askonce_')),
    ),
  );
});

test('docs/operations.md holds the table as it is', async () => {
  expect(await readFile(join(packageRoot, 'docs', 'operations.md'), 'utf8')).toContain(metricsTable());
});

test('no order id and no secret is in the figures', () => {
  expect(orderIds).toHaveLength(10);
  for (const secret of [...orderIds, ADMIN_TOKEN, 'Atzr|', 'oa2-cs', 'oa2-client'])
    expect(exposed).not.toContain(secret);
  expect(exposed).not.toMatch(/\d{3}-\d{7}-\d{7}/);
});

describe('everything that is asked of Prometheus', () => {
  test('is found in a query, and a name that is not exposed is noticed', () => {
    const named = namedIn(
      'sum by (account) (rate(askonce_asked_total[5m])) / histogram(askonce_step_duration_seconds_count)',
    );

    expect(named).toEqual(['askonce_asked_total', 'askonce_step_duration_seconds_count']);
    expect(named.map((name) => series().has(name))).toEqual([false, true]);
  });

  test('by the alert rules is exposed', async () => {
    const { groups } = parse(await readFile(join(packageRoot, 'ops', 'prometheus', 'askonce-alerts.yml'), 'utf8'));
    const queries: string[] = groups.flatMap((group: { rules: { expr: string }[] }) =>
      group.rules.map(({ expr }) => expr),
    );

    expect(queries.flatMap(namedIn).length).toBeGreaterThan(10);
    for (const name of queries.flatMap(namedIn)) expect(series()).toContain(name);
  });

  test('by the Grafana dashboard is exposed, and its variables are those it has', async () => {
    const dashboard = await readDashboard();
    const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const variables = new Set(dashboard.templating.list.map(({ name }) => name));

    expect(queries.flatMap(namedIn).length).toBeGreaterThan(30);
    for (const name of [...queries, ...dashboard.templating.list.map(({ definition = '' }) => definition)].flatMap(
      namedIn,
    )) {
      expect(series()).toContain(name);
    }
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    for (const name of used.filter((one) => !one.startsWith('__'))) expect(variables).toContain(name);
  });
});

test('the dashboard has its rows, every panel its source and a title, and none lies over another', async () => {
  const { panels, templating } = await readDashboard();

  expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
    'The promise',
    'The feed of orders',
    "Amazon's rate",
    "Amazon's answers",
    'The queue',
    'Steps',
    'Processes',
  ]);
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'account']);
  for (const { type, title, datasource } of panels) {
    expect(title).not.toBe('');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Grafana writes it
    if (type !== 'row') expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const overlapping = panels.flatMap((one, index) => panels.slice(index + 1).filter((other) => overlap(one, other)));
  expect(overlapping).toEqual([]);
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

async function readDashboard(): Promise<Dashboard> {
  return JSON.parse(await readFile(join(packageRoot, 'ops', 'grafana', 'askonce.json'), 'utf8'));
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

onPromtool('promtool', () => {
  test('has nothing to say about the metrics of a worker', () => {
    expect(promtool(['check', 'metrics'], exposed)).toEqual({ ok: true, said: '' });
  });

  test('would say it of a counter that is not named like one', () => {
    const misnamed = exposed.replaceAll('askonce_asks_total', 'askonce_asks');

    expect(promtool(['check', 'metrics'], misnamed).ok).toBe(false);
  });

  test('can run every query of the dashboard', async () => {
    const { panels } = await readDashboard();
    const rules = panels
      .flatMap(({ targets = [] }) => targets)
      .map(({ expr }, index) => ({
        record: `panel:query:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$account', '.*'),
      }));

    const folder = await mkdtemp(join(tmpdir(), 'askonce-dashboard-'));
    const file = join(folder, 'queries.json');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { ok, said } = promtool(['check', 'rules', file]);
    await rm(folder, { recursive: true });

    expect({ ok, said }).toMatchObject({ ok: true, said: expect.stringContaining(`${rules.length} rules found`) });
  });
});
