import type { CallFacts } from '../../amazon/gateway.js';
import { marketplaces, type Region } from '../../amazon/marketplaces.js';
import type { AccountTrouble, LookOutcome } from '../../policy/outcome.js';
import type { StepAccount } from '../../steps/step.js';
import { type AccountGround, myTurn } from './account-ground.js';
import { type Check, failed, fine, looked, note } from './check-line.js';
import { marketplacesChecks } from './marketplaces-check.js';

/** An order id of Amazon's form that no order has: the call asks for nothing but the right to ask. */
const NOBODYS_ORDER = '000-0000000-0000000';
/** The turn, and the call. */
const PATIENCE_MS = 15_000;
const REGIONS: readonly Region[] = ['na', 'eu', 'fe'];

const retry = 'try again; look at the network, SP_API_ENDPOINT and LWA_ENDPOINT';

/** Whether Amazon lets the account do its work. GETs only: nobody is asked. */
export async function accountChecks(account: StepAccount, ground: AccountGround): Promise<Check[]> {
  const { name } = account;
  const token = await looked(`${name}: token`, retry, () => tokenCheck(account));
  if (token.some(({ kind }) => kind === 'failed')) return [...token];
  const role = await looked(`${name}: role`, retry, () => roleChecks(account, ground), PATIENCE_MS);
  if (role.some(({ kind }) => kind === 'failed')) return [...token, ...role];
  const marketplaces = await looked(
    `${name}: marketplaces`,
    retry,
    () => marketplacesChecks(account, ground),
    PATIENCE_MS,
  );
  return [...token, ...role, ...marketplaces];
}

async function tokenCheck(account: StepAccount): Promise<Check[]> {
  const token = await account.gateway.prepare();
  const name = `${account.name}: token`;
  return [token.kind === 'ready' ? fine(name, 'Amazon gives one') : troubled(name, token.trouble)];
}

async function roleChecks(account: StepAccount, ground: AccountGround): Promise<Check[]> {
  const name = `${account.name}: role`;
  const marketplaceId = account.marketplaceIds[0] ?? '';
  const order = (await ground.ledger?.anotherOrder(account.name, '')) ?? { orderId: NOBODYS_ORDER, marketplaceId };
  if (!(await myTurn(account.name, 'getSolicitationActions', ground))) {
    return [note(name, 'not asked: the worker uses up the pace right now', 'try again')];
  }
  const { outcome, call } = await account.gateway.look(order);
  hearClock(call, ground);
  return [roleCheck(name, outcome), ...(await regionChecks(account, outcome, ground))];
}

function roleCheck(name: string, outcome: LookOutcome): Check {
  switch (outcome.kind) {
    case 'offered':
    case 'gone':
    case 'rejected':
      return fine(name, 'Amazon answers about solicitations');
    case 'throttled':
      return note(name, 'Amazon answers, but other software uses up the pace (429)');
    case 'account-trouble':
      return troubled(name, outcome.trouble);
    case 'no-answer':
      return failed(name, `no answer (${outcome.cause})`, retry);
    default:
      return outcome satisfies never;
  }
}

/** Amazon denies a token of another region in the same words as one without the role: whether it is good elsewhere tells them apart. */
async function regionChecks(
  account: StepAccount,
  outcome: LookOutcome,
  { elsewhere }: AccountGround,
): Promise<Check[]> {
  const name = `${account.name}: region`;
  if (outcome.kind !== 'account-trouble' || outcome.trouble !== 'denied') {
    const answered = outcome.kind === 'offered' || outcome.kind === 'gone' || outcome.kind === 'rejected';
    return answered ? [fine(name, `Amazon answers in ${account.region}`)] : [];
  }
  if (elsewhere === null) return [note(name, 'not known: SP_API_ENDPOINT stands for every region')];
  const others = REGIONS.filter((region) => region !== account.region);
  const answers = await Promise.all(
    others.map((region) => {
      const marketplaceId = marketplaceOf(region);
      return elsewhere(account, region).gateway.look({ orderId: NOBODYS_ORDER, marketplaceId });
    }),
  );
  const right = others.find((_, index) => {
    const kind = answers[index]?.outcome.kind;
    return kind === 'offered' || kind === 'gone' || kind === 'rejected';
  });
  if (right === undefined) return [note(name, 'not known: Amazon denies the account in every region')];
  const remedy = `set SP_API_REGION=${right} and the MARKETPLACES of that region`;
  return [failed(name, `the token is of ${right}, not of ${account.region}`, remedy)];
}

function marketplaceOf(wanted: Region): string {
  return marketplaces.find(({ region }) => region === wanted)?.id ?? '';
}

function hearClock({ amazonTime }: CallFacts, { clock, hearAmazon }: AccountGround): void {
  if (amazonTime !== null) hearAmazon(amazonTime.diff(clock.now()).toMillis());
}

function troubled(name: string, trouble: AccountTrouble): Check {
  return failed(name, trouble, remedyFor(trouble));
}

function remedyFor(trouble: AccountTrouble): string {
  switch (trouble) {
    case 'token-unavailable':
      return 'the token service does not answer: try again; look at the network and LWA_ENDPOINT';
    case 'denied':
      return 'add the Buyer Solicitation role, authorise the application again, and compare SP_API_REGION';
    case 'token-expired':
      return 'try again; if it stays, authorise the application again';
    case 'secret-expired':
      return 'rotate the client secret and write it into LWA_CLIENT_SECRET';
    case 'revoked':
      return 'authorise the application again and write the new LWA_REFRESH_TOKEN';
    case 'bad-client':
      return 'correct LWA_CLIENT_ID and LWA_CLIENT_SECRET';
    default:
      return trouble satisfies never;
  }
}
