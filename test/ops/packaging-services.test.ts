import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { keys } from '../../src/config/keys.js';
import { packageRoot } from '../../src/package-root.js';

const DRAIN_SECONDS = 10;

function text(...path: string[]): string {
  return readFileSync(join(packageRoot, ...path), 'utf8');
}

/** Names that stand for no key of askonce, or for a file where the key may not be in one. */
function wrongKeys(names: readonly string[]): string[] {
  const known = new Map(Object.values(keys).map(({ name, mayBeInFile }) => [name as string, mayBeInFile]));
  return names.filter((name) => !known.has(name) && known.get(name.replace(/_FILE$/, '')) !== true);
}

function secondsOf(duration: string): number {
  const match = /^(\d+)(s|m)$/.exec(duration);
  return Number(match?.[1]) * (match?.[2] === 'm' ? 60 : 1);
}

/** Whether a path in the image is a file of this checkout. */
function isInImage(path: string): boolean {
  return path.startsWith('/app/') && existsSync(join(packageRoot, path.slice('/app/'.length)));
}

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
}

describe('docker-compose.yml', () => {
  const compose = parse(text('docker-compose.yml'), { merge: true }) as {
    services: Readonly<Record<string, Service>>;
    secrets: Readonly<Record<string, { readonly file: string }>>;
    networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  };
  const { services } = compose;
  const ours = ['worker', 'web', 'migrate'];

  test.each(Object.entries(services))('%s is confined, bounded, and keeps its log small', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { options: { 'max-size': expect.anything(), 'max-file': expect.anything() } },
    });
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service).not.toHaveProperty('container_name');
  });

  test.each(ours)('%s sets only keys that askonce knows, and no secret but as a file', (name) => {
    const { environment = {}, secrets = [] } = services[name] as Service;
    const files = Object.entries(environment).filter(([key]) => key.endsWith('_FILE'));

    expect(wrongKeys(Object.keys(environment))).toEqual([]);
    expect(files.map(([, path]) => path)).toEqual(expect.arrayContaining(['/run/secrets/database_url']));
    for (const [, path] of files) expect(secrets).toContain(path.replace('/run/secrets/', ''));
  });

  test('nothing is in the file that ought to be secret', () => {
    expect(Object.values(compose.secrets).every(({ file }) => file.startsWith('./secrets/'))).toBe(true);
    expect(text('.dockerignore')).toMatch(/^\*$/m);
  });

  test('a worker may run several times: it takes no port of the machine, and answers its health check without a token', () => {
    const worker = services['worker'] as Service;

    expect(worker.ports).toBeUndefined();
    expect(worker.environment).toMatchObject({ HTTP_HOST: '127.0.0.1', ROLES: 'all' });
    expect(worker.environment).not.toHaveProperty('ADMIN_TOKEN_FILE');
  });

  test('the pages are reached from this machine only, by who has the token', () => {
    const web = services['web'] as Service;

    expect(web.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    expect(web.environment).toMatchObject({ HTTP_HOST: '0.0.0.0', ROLES: 'web', ADMIN_TOKEN_FILE: expect.anything() });
  });

  test('migrate runs once, after Postgres is there; the others start when it is through and Redis is there, too', () => {
    expect(services['migrate']).toMatchObject({
      command: ['migrate'],
      restart: 'no',
      depends_on: { postgres: { condition: 'service_healthy' } },
    });
    for (const name of ['worker', 'web']) {
      expect(services[name]).toMatchObject({
        restart: 'unless-stopped',
        depends_on: {
          migrate: { condition: 'service_completed_successfully' },
          postgres: { condition: 'service_healthy' },
          redis: { condition: 'service_healthy' },
        },
      });
    }
  });

  test('everything that runs on has a health check, and ours ask with a file of the image', () => {
    for (const name of ['worker', 'web', 'postgres', 'redis']) {
      expect(services[name]?.healthcheck?.test?.[0]).toBe('CMD');
    }
    expect(isInImage(services['worker']?.healthcheck?.test?.[2] ?? '')).toBe(true);
  });

  test('a worker has longer to stop than it takes to drain', () => {
    expect(secondsOf(services['worker']?.stop_grace_period ?? '')).toBeGreaterThan(DRAIN_SECONDS);
  });

  test('Redis appends to its file and evicts nothing; neither it nor Postgres can be reached from elsewhere', () => {
    const { command = [] } = services['redis'] as Service;

    expect(command[command.indexOf('--appendonly') + 1]).toBe('yes');
    expect(command[command.indexOf('--maxmemory-policy') + 1]).toBe('noeviction');
    expect(compose.networks['inside']?.internal).toBe(true);
    for (const name of ['redis', 'postgres']) {
      expect(services[name]?.networks).toEqual(['inside']);
      expect(services[name]?.ports).toBeUndefined();
      expect(services[name]?.volumes).toHaveLength(1);
    }
  });
});

describe('ops/systemd/askonce.service', () => {
  const unit = text('ops', 'systemd', 'askonce.service');
  const values = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');
  const environment = values('Environment').flatMap((line) => line.split(' ').map((pair) => pair.split('=')));

  test('it sets only keys that askonce knows, and each secret is a credential that is loaded', () => {
    const credentials = values('LoadCredential').map((line) => line.split(':')[0]);
    const files = environment.filter(([name]) => name?.endsWith('_FILE'));

    expect(wrongKeys(environment.map(([name]) => name ?? '').filter((name) => name !== 'NODE_ENV'))).toEqual([]);
    expect(files.map(([, path]) => path)).toEqual(credentials.map((name) => `%d/${name}`));
  });

  test('only the worker is told to stop, and has longer than it takes to drain', () => {
    expect(values('KillMode')).toEqual(['mixed']);
    expect(secondsOf(values('TimeoutStopSec')[0] ?? '')).toBeGreaterThan(DRAIN_SECONDS);
    expect(values('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID']);
  });

  test('it is started again when it fails, however often, but not with a wrong configuration', () => {
    expect(values('Restart')).toEqual(['on-failure']);
    expect(values('RestartPreventExitStatus')).toEqual(['2']);
    expect(values('StartLimitIntervalSec')).toEqual(['0']);
  });
});

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: unknown;
  readonly livenessProbe?: unknown;
  readonly readinessProbe?: { readonly exec?: { readonly command: readonly string[] } };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Record<string, string> };
    readonly template?: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
      };
    };
  };
}

describe('ops/kubernetes/askonce.yaml', () => {
  // Each document is read by itself, as kubectl does: an anchor of one is unknown in the next.
  const documents = parseAllDocuments(text('ops', 'kubernetes', 'askonce.yaml'), { merge: true });
  const manifests = documents.map((document) => document.toJS() as Manifest);
  const named = (kind: string, name: string) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name) as Manifest;
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
  const containers = deployments.flatMap(({ spec }) => [
    ...(spec?.template?.spec.initContainers ?? []),
    ...(spec?.template?.spec.containers ?? []),
  ]);

  test('every document can be read, and all of them belong to one namespace that allows nothing but the restricted profile', () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(named('Namespace', 'askonce').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(manifests.slice(1).every(({ metadata }) => metadata.namespace === 'askonce')).toBe(true);
  });

  test.each(deployments.map((deployment) => [deployment.metadata.name, deployment] as const))(
    '%s keeps to the restricted profile, and has longer to stop than it takes to drain',
    (_name, { spec }) => {
      const pod = spec?.template?.spec;

      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(DRAIN_SECONDS);
      expect(spec?.selector?.matchLabels).toEqual(spec?.template?.metadata.labels);
    },
  );

  test.each(containers.map((container) => [container.name, container] as const))(
    'the container %s may not change its files or gain rights, and has bounds',
    (_name, container) => {
      expect(container).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: {
          requests: { cpu: expect.anything(), memory: expect.anything() },
          limits: { memory: expect.anything() },
        },
      });
    },
  );

  test('what is mounted is there: secrets with every file the settings name, and accounts', () => {
    const settings = named('ConfigMap', 'askonce-settings').data ?? {};
    const files = Object.entries(settings).filter(([key]) => key.endsWith('_FILE'));
    const secrets = Object.keys(named('Secret', 'askonce-secrets').stringData ?? {});

    expect(wrongKeys(Object.keys(settings))).toEqual([]);
    expect(files.map(([, path]) => path).sort()).toEqual(secrets.map((name) => `/run/askonce/secrets/${name}`).sort());
    for (const { spec } of deployments) {
      const volumes = spec?.template?.spec.volumes ?? [];
      for (const { volumeMounts } of [
        ...(spec?.template?.spec.initContainers ?? []),
        ...(spec?.template?.spec.containers ?? []),
      ]) {
        expect(volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
      }
      for (const { secret } of volumes) if (secret) expect(named('Secret', secret.secretName)).toBeDefined();
    }
  });

  test('the worker is alive when it answers, and ready when it can do its work; the pages are ready when they answer', () => {
    const [worker, web] = ['askonce-worker', 'askonce-web'].map(
      (name) => named('Deployment', name).spec?.template?.spec.containers[0],
    );
    const alive = { httpGet: { path: '/healthz', port: 'http' } };

    expect(worker).toMatchObject({ startupProbe: alive, livenessProbe: alive });
    expect(web).toMatchObject({ startupProbe: alive, livenessProbe: alive, readinessProbe: alive });
    expect(worker?.readinessProbe?.exec?.command.slice(2)).toEqual(['readyz']);
    expect(isInImage(worker?.readinessProbe?.exec?.command[1] ?? '')).toBe(true);
  });

  test('the service and the disruption budget find their pods', () => {
    const labels = (name: string) => named('Deployment', name).spec?.template?.metadata.labels;

    expect(named('PodDisruptionBudget', 'askonce-worker').spec?.selector?.matchLabels).toEqual(
      labels('askonce-worker'),
    );
    expect(named('Service', 'askonce-web').spec?.selector).toEqual(labels('askonce-web'));
  });
});
