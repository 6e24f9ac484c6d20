import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import type { Accounts } from '../ledger/ledger.js';
import type { SuppressionCounts, Suppressions } from '../ledger/suppressions.js';
import type { Log } from '../log.js';
import { accountsNamed } from '../operating/accounts-named.js';
import { type PauseWish, pauseAccounts, resumeAccounts } from '../operating/pausing.js';
import { isForPerson, sendFailure } from './access-answers.js';
import { demandOwnForm } from './access-forms.js';
import { pathOnThisSite } from './access-origin.js';
import { type Filled, field, orderIn, personIn, reasonIn } from './actions-fields.js';
import type { Notices } from './actions-notices.js';
import type { Notice } from './pages/frame.js';

interface ActionParts {
  /** Those that are configured. */
  readonly accounts: readonly string[];
  readonly ledger: Pick<Accounts, 'pause' | 'resume'> & Suppressions;
  readonly clock: Clock;
  readonly log: Log;
  readonly notices: Notices;
}

/** What came of it. */
interface Deed {
  readonly notice: Notice;
  /** For a program. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** Where a person sees it who did not come from a page of ours. */
  readonly path: string;
}

/** What people may do on the pages. The guard has seen the token; the ledger writes down who did it with the deed itself. */
export function addActions(app: FastifyInstance, parts: ActionParts): void {
  const { ledger, clock, log } = parts;
  const route = (path: string, act: (form: unknown) => Promise<Filled<Deed>>) =>
    app.post(path, { preHandler: demandOwnForm }, async (request, reply) =>
      tell(request, reply, await act(request.body), parts.notices),
    );

  route('/actions/pause', async (form) => {
    const wish = pauseWish(form, parts.accounts);
    if (wish.kind === 'wrong') return wish;
    const { accounts, because, by } = wish.value;
    const paused = await pauseAccounts(wish.value, ledger, clock.now());
    if (paused.length > 0) log.info('paused-by-person', { accounts: paused, by, because });
    const notice = changed(
      paused,
      `Paused: ${paused.join(', ')}.`,
      `Nothing to pause: paused already (${accounts.join(', ')}).`,
    );
    return { kind: 'filled', value: { notice, answer: { paused }, path: '/accounts' } };
  });

  route('/actions/resume', async (form) => {
    const wish = pauseWish(form, parts.accounts);
    if (wish.kind === 'wrong') return wish;
    const { accounts, because, by } = wish.value;
    const resumed = await resumeAccounts(wish.value, ledger, clock.now());
    if (resumed.length > 0) log.info('resumed-by-person', { accounts: resumed, by, because });
    const notice = changed(
      resumed,
      `Resumed: ${resumed.join(', ')}.`,
      `Nothing to resume: not paused (${accounts.join(', ')}).`,
    );
    return { kind: 'filled', value: { notice, answer: { resumed }, path: '/accounts' } };
  });

  route('/actions/never', async (form) => {
    const order = orderIn(form);
    const because = reasonIn(form, 'because');
    const by = personIn(form);
    if (order.kind === 'wrong') return order;
    if (because.kind === 'wrong') return because;
    if (by.kind === 'wrong') return by;
    const counts = await ledger.suppress([order.value], by.value, because.value, clock.now(), 'page');
    log.info('suppressed-by-person', { orderId: order.value, by: by.value, because: because.value });
    const notice = neverNotice(order.value, counts);
    return { kind: 'filled', value: { notice, answer: { ...counts }, path: `/orders/${order.value}` } };
  });
}

function pauseWish(form: unknown, configured: readonly string[]): Filled<PauseWish> {
  const account = field(form, 'account');
  // Left out is not the same as empty: a form without the field must not pause everybody.
  if (account === null) return { kind: 'wrong', problem: 'Name the account; empty for all of them.' };
  const named = accountsNamed(account === '' ? undefined : account, configured);
  const because = reasonIn(form, 'reason');
  const by = personIn(form);
  if (named.kind === 'unknown') return { kind: 'wrong', problem: named.problem };
  if (because.kind === 'wrong') return because;
  if (by.kind === 'wrong') return by;
  return { kind: 'filled', value: { accounts: named.names, because: because.value, by: by.value, via: 'page' } };
}

/** A person goes back to where they came from and reads there what was done; a program gets it as JSON. */
async function tell(
  request: FastifyRequest,
  reply: FastifyReply,
  deed: Filled<Deed>,
  notices: Notices,
): Promise<FastifyReply> {
  if (deed.kind === 'wrong') return sendFailure(request, reply, 422, 'Not done', deed.problem);
  const { notice, answer, path } = deed.value;
  if (!isForPerson(request)) return reply.send(answer);
  notices.leave(request, reply, notice);
  return reply.redirect(pathOnThisSite(request.headers.referer, request.headers.host) ?? path, 303);
}

function neverNotice(orderId: string, { added, heldBack, asked }: SuppressionCounts): Notice {
  if (asked > 0) return { kind: 'nothing-to-do', text: `${orderId} was asked already, or is being asked now.` };
  if (added + heldBack === 0) return { kind: 'nothing-to-do', text: `${orderId} is never asked: that was so already.` };
  return { kind: 'done', text: `${orderId} will never be asked.` };
}

function changed(names: readonly string[], yes: string, no: string): Notice {
  return names.length > 0 ? { kind: 'done', text: yes } : { kind: 'nothing-to-do', text: no };
}
