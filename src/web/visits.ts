import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import type { AlarmBook } from '../ledger/alarm-book.js';
import type { Accounts } from '../ledger/ledger.js';
import { within } from '../queue/within.js';
import { formToken } from './access-forms.js';
import { isHttps } from './access-origin.js';
import type { Notices } from './actions-notices.js';
import type { Standing, Viewer } from './pages/frame.js';

/** A page that says the ledger does not answer must not itself wait for it. */
const PATIENCE_MS = 2_000;

interface VisitParts {
  readonly config: Config;
  readonly ledger: Pick<Accounts, 'accounts'> & Pick<AlarmBook, 'openAlarms'>;
  readonly notices: Notices;
}

/** Gives every page what hangs on who asks and when. */
export function addVisits(app: FastifyInstance, { config, ledger, notices }: VisitParts): void {
  app.decorateRequest('viewer');
  app.addHook('onRequest', async (request, reply) => {
    request.viewer = viewerOf(request, reply, config.http.adminToken !== null);
  });
  app.decorate('visit', async (request: FastifyRequest, reply: FastifyReply) => ({
    viewer: request.viewer,
    notice: renewsItself(request) ? null : notices.take(request, reply),
    standing: await standing(config, ledger),
  }));
}

function viewerOf(request: FastifyRequest, reply: FastifyReply, canLogIn: boolean): Viewer {
  const mayAct = request.caller.kind !== 'anybody';
  return { mayAct, canLogIn, csrfToken: formToken(request, reply, isHttps(request.headers)) };
}

/** A page that fetches its own numbers anew is not being read at that moment. */
function renewsItself({ headers }: FastifyRequest): boolean {
  return headers['x-askonce-live'] !== undefined;
}

async function standing(config: Config, ledger: VisitParts['ledger']): Promise<Standing | null> {
  const names = config.accounts.map(({ name }) => name);
  try {
    const reading = Promise.all([ledger.accounts(), ledger.openAlarms()]);
    const [accounts, alarms] = await within(PATIENCE_MS, reading, 'the ledger');
    return {
      mode: config.sendMode,
      dryRunAccounts: config.accounts.flatMap(({ name, sendMode }) => (sendMode === 'dry-run' ? [name] : [])),
      pausedAccounts: accounts.flatMap(({ name, paused }) => (paused !== null && names.includes(name) ? [name] : [])),
      openAlarms: alarms.length,
    };
  } catch {
    // The page itself fails for the same reason, and tells the log.
    return null;
  }
}
