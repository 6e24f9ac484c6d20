// Asks the worker in this container how it is and ends with 0 or 1: the image's HEALTHCHECK (is it alive?), and with `readyz` a
// probe (can it do its work?), for which beyond loopback the token is needed.
import { readFileSync } from 'node:fs';
import { get } from 'node:http';

// biome-ignore lint/style/noProcessEnv: it stands beside the worker, and must answer where the worker's code cannot even be loaded.
const { HTTP_HOST = '127.0.0.1', HTTP_PORT = '8686', ADMIN_TOKEN, ADMIN_TOKEN_FILE } = process.env;
const path = process.argv[2] === 'readyz' ? '/readyz' : '/healthz';
// An address that means "all" can be listened on, not called.
const host = { '0.0.0.0': '127.0.0.1', '::': '::1', '[::]': '::1' }[HTTP_HOST] ?? HTTP_HOST.replace(/^\[(.*)\]$/, '$1');
const token = ADMIN_TOKEN_FILE ? readFileSync(ADMIN_TOKEN_FILE, 'utf8').trim() : ADMIN_TOKEN;
const headers = path === '/readyz' && token ? { authorization: `Bearer ${token}` } : {};

get({ host, port: HTTP_PORT, path, headers, timeout: 4000 }, (answer) => {
  let text = '';
  answer.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  answer.on('end', () => end(answer.statusCode === 200, `${path} answers ${answer.statusCode} ${text.slice(0, 300)}`));
})
  .on('timeout', () => end(false, `${path} does not answer`))
  .on('error', ({ message }) =>
    end(false, `${message}. Does ROLES hold web? Is HTTP_PORT set in the container's environment?`),
  );

function end(good, why) {
  process.stdout.write(`${why}\n`);
  process.exit(good ? 0 : 1);
}
