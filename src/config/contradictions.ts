import { Duration } from 'luxon';
import { isLoopback } from '../loopback.js';
import type { ProductPattern } from '../policy/asking-rules.js';
import type { SendMode } from './config.js';
import { durationText } from './durations.js';
import type { Problems } from './problems.js';
import { caseless } from './product-patterns.js';
import { shown } from './reading.js';
import type { Setting } from './setting.js';

/** Values that cannot be true together. Nothing is concluded from a value that could not be read. */

export function checkAdminToken(host: Setting<string>, token: Setting<string | null>, problems: Problems): void {
  if (!host.sound || !token.sound || isLoopback(host.value) || token.value !== null) return;
  problems.add(
    host.source,
    host.writtenAs,
    'other machines could reach the pages, and there is no ADMIN_TOKEN',
    'add ADMIN_TOKEN with at least 16 random characters, or HTTP_HOST=127.0.0.1',
  );
}

/** A call that outlives its claim would still be under way while settle looks what became of it. */
export function checkTimeout(timeout: Setting<Duration>, lease: Setting<Duration>, problems: Problems): void {
  if (!timeout.sound || !lease.sound || timeout.value.toMillis() < lease.value.toMillis()) return;
  const half = Duration.fromMillis(Math.floor(lease.value.toMillis() / 2));
  const twice = Duration.fromMillis(timeout.value.toMillis() * 2);
  problems.add(
    timeout.source,
    timeout.writtenAs,
    `REQUEST_TIMEOUT (${durationText(timeout.value)}) is not shorter than CLAIM_LEASE (${durationText(lease.value)})`,
    `e.g. REQUEST_TIMEOUT=${durationText(half)}, or CLAIM_LEASE=${durationText(twice)}`,
  );
}

/** Amazon's window ends 30 days after delivery; the latest instant to ask must come after the earliest. */
export function checkWindow(askAfter: readonly Setting<number>[], margin: Setting<Duration>, problems: Problems): void {
  if (!margin.sound) return;
  for (const days of askAfter) {
    if (!days.sound || days.value + margin.value.as('days') < 30) continue;
    const { source, writtenAs } = days.given ? days : margin;
    problems.add(
      source,
      writtenAs,
      `${days.value} days and a WINDOW_MARGIN of ${durationText(margin.value)} leave nothing of Amazon's 30 days`,
      'together they must stay below 30 days, e.g. WINDOW_MARGIN=1h',
    );
  }
}

/** `ONLY_SKUS=A` beside `EXCEPT_SKUS=A` says yes and no to the same orders. */
export function checkPatterns(
  only: Setting<readonly ProductPattern[] | null>,
  except: Setting<readonly ProductPattern[] | null>,
  problems: Problems,
): void {
  const wanted = new Set(only.value?.map(caseless));
  const both = except.value?.find((pattern) => wanted.has(caseless(pattern)));
  if (both === undefined) return;
  const where = only.source === except.source ? '' : ` (${only.source})`;
  problems.add(
    except.source,
    except.writtenAs,
    `${shown(both)} also stands in ${only.writtenAs}${where}`,
    'keep it in one of the two lists',
  );
}

/** Whoever reads `.env` must be able to trust that a dry run asks nobody. */
export function checkSendMode(all: Setting<SendMode>, own: Setting<SendMode>, problems: Problems): void {
  if (!all.sound || !own.sound || own.value === 'dry-run' || all.value === 'live') return;
  const where = all.source === 'environment' ? 'the environment' : all.source;
  problems.add(
    own.source,
    own.writtenAs,
    `is live, and for all accounts it is ${all.value}`,
    `set SEND_MODE=live in ${where}; an account can only be stricter`,
  );
}

export interface EndpointSettings {
  readonly spApi: Setting<string | null>;
  readonly lwa: Setting<string | null>;
  readonly allowed: Setting<boolean>;
  readonly sandbox: Setting<boolean>;
}

/** Credentials go to Amazon, to this machine, or where the owner said so explicitly; never in clear text over a network. */
export function checkEndpoints({ spApi, lwa, allowed, sandbox }: EndpointSettings, problems: Problems): void {
  for (const endpoint of [spApi, lwa]) {
    if (endpoint.value === null || isLoopback(new URL(endpoint.value).hostname)) continue;
    if (allowed.sound && !allowed.value) {
      problems.add(
        endpoint.source,
        endpoint.writtenAs,
        'is neither Amazon nor on this machine, and credentials would be sent there',
        'take it out, or add ALLOW_CUSTOM_ENDPOINT=yes if that is what you want',
      );
    }
    if (endpoint.value.startsWith('http:')) {
      problems.add(
        endpoint.source,
        endpoint.writtenAs,
        'would send credentials over the network in clear text',
        'use https://, or http:// only on 127.0.0.1',
      );
    }
  }
  checkBothEndpoints(spApi, lwa, problems);
  const custom = [spApi, lwa].find((endpoint) => endpoint.given);
  if (custom && sandbox.sound && sandbox.value) {
    problems.add(
      sandbox.source,
      sandbox.writtenAs,
      `contradicts ${custom.writtenAs}: the sandbox is a host of Amazon`,
      'keep one of them',
    );
  }
}

function checkBothEndpoints(spApi: Setting<string | null>, lwa: Setting<string | null>, problems: Problems): void {
  if (spApi.given === lwa.given) return;
  const given = spApi.given ? spApi : lwa;
  const [missing, danger] = spApi.given
    ? ['LWA_ENDPOINT=http://127.0.0.1:9090/auth/o2/token', "a real access token of Amazon's would go to that endpoint"]
    : ['SP_API_ENDPOINT=http://127.0.0.1:9090', 'the real client secret and refresh token would go to that endpoint'];
  problems.add(given.source, given.writtenAs, `stands alone: ${danger}`, `give both or neither, e.g. ${missing}`);
}
