import type { DateTime } from 'luxon';
import type { AccountConfig, Config } from '../../config/config.js';
import { isLoopback } from '../../loopback.js';
import { SECRET_LIVES_DAYS, secretExpiresAt } from '../../policy/client-secret.js';
import { type Check, failed, fine, note } from './check-line.js';

const SHORTEST_LEASE_SECONDS = 30;
const LONGEST_LEASE_MINUTES = 15;
const FEWEST_CHARACTERS = 8;
const MOST_NAMES = 20;

/** What the configuration says, and what in it somebody may have meant otherwise. Each setting by itself was checked when it was read. */
export function settingsChecks(config: Config, now: DateTime): Check[] {
  return [
    configurationCheck(config),
    ...endpointChecks(config),
    ...webChecks(config),
    ...leaseCheck(config),
    ...logCheck(config),
    ...webhookCheck(config),
    ...secretChecks(config, now),
  ];
}

function configurationCheck(config: Config): Check {
  const accounts = config.accounts.map(
    ({ name, marketplaces, sendMode }) =>
      `${name} (${[...marketplaces.map(({ code }) => code), ...(sendMode === config.sendMode ? [] : [sendMode])].join(' ')})`,
  );
  const shown = accounts.length <= MOST_NAMES ? accounts.join(', ') : `${accounts.length} in number`;
  return fine('configuration', `${config.sendMode}; accounts ${shown}`);
}

function endpointChecks({ amazon, sendMode }: Config): Check[] {
  const name = 'settings: endpoints';
  const host = amazon.spApiEndpoint === null ? null : new URL(amazon.spApiEndpoint).host;
  if (amazon.sandbox)
    return [note(name, "Amazon's static sandbox: nobody real is asked", 'take out SP_API_SANDBOX for production')];
  if (host === null) return [];
  if (!isLoopback(new URL(`http://${host}`).hostname)) {
    return [
      note(
        name,
        `credentials go to ${host}, which is not Amazon (ALLOW_CUSTOM_ENDPOINT)`,
        'take SP_API_ENDPOINT, LWA_ENDPOINT and ALLOW_CUSTOM_ENDPOINT out for production',
      ),
    ];
  }
  const detail = `${sendMode} against ${host} on this machine, e.g. the simulator: nobody real is asked`;
  return [note(name, detail, 'take SP_API_ENDPOINT and LWA_ENDPOINT out for production')];
}

function webChecks({ http }: Config): Check[] {
  const { adminToken, host } = http;
  if (adminToken === null) return [];
  const open = !isLoopback(host);
  const guessable =
    new Set(adminToken.reveal()).size < FEWEST_CHARACTERS ||
    /characters|change-?me|password/i.test(adminToken.reveal());
  const remedy = 'make a new one, e.g. with "openssl rand -hex 24"';
  if (guessable && open)
    return [failed('settings: ADMIN_TOKEN', 'it can be guessed, and the pages are open to the network', remedy)];
  if (guessable) return [note('settings: ADMIN_TOKEN', 'it can be guessed', remedy)];
  return [];
}

function leaseCheck({ claimLease }: Config): Check[] {
  const name = 'settings: CLAIM_LEASE';
  if (claimLease.as('seconds') < SHORTEST_LEASE_SECONDS) {
    return [
      note(
        name,
        `${claimLease.as('seconds')} s leaves a slow answer no time: its request has to be settled by looking`,
        'leave it at 2m',
      ),
    ];
  }
  if (claimLease.as('minutes') > LONGEST_LEASE_MINUTES) {
    return [
      note(
        name,
        `after a crash a request stays open for ${claimLease.as('minutes')} min before it is settled`,
        'leave it at 2m',
      ),
    ];
  }
  return [];
}

function logCheck({ log }: Config): Check[] {
  if (log.level !== 'trace' && log.level !== 'error' && log.level !== 'fatal') return [];
  const detail =
    log.level === 'trace' ? 'everything is logged, and the log grows' : 'decisions and warnings are not logged';
  return [note('settings: LOG_LEVEL', `${log.level}: ${detail}`, 'leave it at info')];
}

function webhookCheck({ alarms }: Config): Check[] {
  if (alarms.webhookUrl !== null) return [];
  return [note('settings: alarms', 'they are shown, logged and measured, but nobody is told', 'set ALERT_WEBHOOK_URL')];
}

/** Accounts of one application share its secret: each application is told of once. */
function secretChecks({ accounts, alarms }: Config, now: DateTime): Check[] {
  const applications = new Map<string, AccountConfig>();
  for (const account of accounts) if (!applications.has(account.clientId)) applications.set(account.clientId, account);
  const dated = [...applications.values()].flatMap((account): Check[] => {
    const { name, secretRotatedOn } = account;
    if (secretRotatedOn === null) return [];
    const expires = secretExpiresAt(secretRotatedOn);
    const days = Math.ceil(expires.diff(now).as('days'));
    const what = `${name}: client secret`;
    const remedy = 'rotate it, write it into LWA_CLIENT_SECRET, and the day into LWA_SECRET_ROTATED_ON';
    if (days <= 0) return [failed(what, `Amazon refuses it since ${expires.toISODate()}`, remedy)];
    const left = `${days} days left, until ${expires.toISODate()}`;
    return [expires <= now.plus(alarms.secretRotationWithin) ? failed(what, left, remedy) : fine(what, left)];
  });
  const undated = [...applications.values()].filter(({ secretRotatedOn }) => secretRotatedOn === null);
  if (undated.length === 0) return dated;
  const detail = `its age is not known for ${undated.map(({ name }) => name).join(', ')}; Amazon refuses it after ${SECRET_LIVES_DAYS} days`;
  return [...dated, note('settings: client secret', detail, 'set LWA_SECRET_ROTATED_ON')];
}
