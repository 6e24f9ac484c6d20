// Containers of the built image, for trying it: with docker, or without it through confined.sh. All of them use the host's network.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of ops/image. */
const here = dirname(dirname(fileURLToPath(import.meta.url)));

/** Opens the image that build.sh made; what containers keep lies in `folder`. `close` ends what is still running. */
export function openImage(folder) {
  const [engine, tag] = shell('echo "$engine"; echo "$tag"').split('\n');
  const running = new Set();
  const image = engine === 'docker' ? dockerImage(tag) : buildahImage(folder);
  let count = 0;
  return {
    engine,
    tag,
    layers: () => image.layers(),
    /**
     * Starts a container. `data` names what is kept between containers in /data; `accounts` and `secrets` are folders of the
     * host; `entrypoint` replaces the image's.
     */
    run(
      args,
      {
        env = {},
        data = `unnamed-${++count}`,
        accounts = emptyFolder(folder),
        secrets = emptyFolder(folder),
        entrypoint,
      } = {},
    ) {
      const container = image.run(args, {
        env,
        data,
        accounts,
        secrets,
        entrypoint,
        name: `askonce-try-${process.pid}-${++count}`,
      });
      running.add(container);
      void container.exited.then(() => running.delete(container));
      return container;
    },
    async close() {
      for (const container of running) {
        container.signal('SIGKILL');
        await container.exited;
      }
      image.close();
    },
  };
}

/** A process with its output kept, whichever engine started it. */
function watched(child, { exec, signal }) {
  let output = '';
  const waiting = new Set();
  const read = (text) => {
    output += text;
    for (const look of waiting) look();
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  const exited = once(child, 'close').then(([code, signalled]) => code ?? `ended by ${signalled}`);
  return {
    exited,
    exec,
    signal,
    output: () => output,
    /** The first line of JSON with this event, or an error when the container ends or `withinMs` pass without it. */
    async event(name, withinMs = 30_000) {
      const found = () =>
        output
          .split('\n')
          .map(parsed)
          .find((line) => line?.event === name);
      const line = await new Promise((resolve) => {
        const look = () => found() && resolve(found());
        waiting.add(look);
        look();
        void exited.then(() => resolve(found()));
        setTimeout(() => resolve(found()), withinMs).unref();
      });
      if (line === undefined) throw new Error(`no event ${name}; it wrote:\n${output}`);
      return line;
    },
  };
}

function dockerImage(tag) {
  const volumes = new Set();
  return {
    layers: () =>
      execFileSync('docker', ['history', '--no-trunc', '--human=false', '--format', '{{.Size}} {{.CreatedBy}}', tag], {
        encoding: 'utf8',
      })
        .trim()
        .split('\n')
        .map((line) => ({ bytes: Number.parseInt(line, 10), what: line.slice(line.indexOf(' ') + 1) }))
        .filter(({ bytes }) => bytes > 0)
        .reverse(),
    run(args, { env, data, accounts, secrets, entrypoint, name }) {
      const volume = `askonce-try-${process.pid}-${data}`;
      volumes.add(volume);
      const child = spawn('docker', [
        ...['run', '--rm', '--name', name, '--network', 'host', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
        ...['--security-opt', 'no-new-privileges', '--volume', `${volume}:/data`],
        ...['--volume', `${accounts}:/etc/askonce/accounts:ro`, '--volume', `${secrets}:/run/secrets:ro`],
        ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        ...(entrypoint ? ['--entrypoint', entrypoint] : []),
        ...[tag, ...args],
      ]);
      return watched(child, {
        exec: (command) => result(spawnSync('docker', ['exec', name, ...command], { encoding: 'utf8' })),
        signal: (signal) => spawnSync('docker', ['kill', '--signal', signal, name]),
      });
    },
    close: () => volumes.size > 0 && spawnSync('docker', ['volume', 'rm', '--force', ...volumes]),
  };
}

function buildahImage(folder) {
  const [working, mount] = shell(`c=$(storage from --pull-never "$tag"); echo "$c"; storage mount "$c"`).split('\n');
  const { OCIv1 } = JSON.parse(shell('storage inspect --type image "$tag"'));
  const { Env, Entrypoint, User = '0:0' } = OCIv1.config;
  const [user, group] = User.split(':');
  const ofImage = Object.fromEntries(
    Env.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  return {
    layers: () => layersOf(OCIv1, shell('d=$(cat "$store/driver"); echo "$store/$d/$d-layers/layers.json"')),
    run(args, { env, data, accounts, secrets, entrypoint }) {
      const volume = join(folder, 'volumes', data);
      mkdirSync(volume, { recursive: true });
      chownSync(volume, Number(user), Number(group));
      const all = { ...ofImage, ...env, HOME: '/home/node' };
      const command = [...(entrypoint ? [entrypoint] : Entrypoint), ...args];
      const child = spawn(
        'unshare',
        [
          '--mount',
          '--pid',
          '--fork',
          '--kill-child',
          join(here, 'confined.sh'),
          User,
          mount,
          volume,
          accounts,
          secrets,
          ...command,
        ],
        { env: all },
      );
      const init = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
      return watched(child, {
        exec: (inside) =>
          result(
            spawnSync(
              'nsenter',
              [
                ...['--target', String(init()), '--mount', '--pid', '--root'],
                ...['setpriv', '--reuid', user, '--regid', group, '--clear-groups', '--no-new-privs'],
                ...['--inh-caps=-all', '--bounding-set=-all', 'env', '-C', '/etc/askonce', ...inside],
              ],
              { encoding: 'utf8', env: all },
            ),
          ),
        signal: (signal) => process.kill(init(), signal),
      });
    },
    close: () => shell(`storage umount "${working}"; storage rm "${working}"`),
  };
}

/** Unpacked sizes, which the storage knows, beside what made each layer, which the image's history knows. */
function layersOf({ history, rootfs }, file) {
  const sizes = new Map(
    JSON.parse(readFileSync(file, 'utf8')).map((layer) => [layer['diff-digest'], layer['diff-size']]),
  );
  const made = history.filter(({ empty_layer }) => !empty_layer);
  return rootfs.diff_ids.map((digest, index) => ({ bytes: sizes.get(digest), what: made[index]?.created_by ?? '' }));
}

/** Runs a line of bash with what engine.sh defines. */
function shell(line) {
  return execFileSync('bash', ['-c', `set -euo pipefail; . "${join(here, 'engine.sh')}"; ${line}`], {
    encoding: 'utf8',
  }).trim();
}

function result({ status, stdout, stderr }) {
  return { status, output: `${stdout}${stderr}` };
}

function emptyFolder(folder) {
  const empty = join(folder, 'empty');
  mkdirSync(empty, { recursive: true });
  return empty;
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
