import type { DateTime } from 'luxon';
import type { AmazonGateway } from '../src/amazon/gateway.js';
import { createSpApiGateway } from '../src/amazon/sp-api-gateway.js';
import type { Clock } from '../src/clock.js';
import type { AccountConfig, Config } from '../src/config/config.js';
import { version } from '../src/package-root.js';
import type { PlanningRules } from '../src/policy/plan.js';
import type { StepAccount } from '../src/steps/step.js';

/** Each configured account with its way to Amazon and its rules. */
export function openAccounts(
  config: Config,
  clock: Clock,
  shutdown: AbortSignal,
  hearTime: (time: DateTime) => void = () => {},
  /** Puts something between the steps and each account's gateway. */
  around: (gateway: AmazonGateway, account: string) => AmazonGateway = (gateway) => gateway,
): ReadonlyMap<string, StepAccount> {
  return new Map(
    config.accounts.map((account) => [
      account.name,
      {
        name: account.name,
        region: account.region,
        clientId: account.clientId,
        marketplaceIds: account.marketplaces.map(({ id }) => id),
        live: account.sendMode === 'live',
        rules: planningRules(account, config),
        caps: new Map(Object.entries(account.caps)),
        gateway: around(
          createSpApiGateway({
            account,
            endpoints: config.amazon,
            userAgent: userAgent(),
            requestTimeoutMs: config.requestTimeout.toMillis(),
            clock,
            hearTime,
            shutdown,
          }),
          account.name,
        ),
      },
    ]),
  );
}

function planningRules(account: AccountConfig, config: Config): PlanningRules {
  return {
    marketplaces: new Map(
      account.marketplaces.flatMap(({ id, zone }) => {
        const rules = account.rules[id];
        const filters = account.filters[id];
        return rules === undefined || filters === undefined ? [] : [[id, { zone, rules, filters }] as const];
      }),
    ),
    transitDays: config.transitDays,
    windowMargin: config.windowMargin,
    recheckEvery: config.recheckEvery,
  };
}

/** Amazon asks for this form (SP-API developer guide, "User-Agent header"). */
function userAgent(): string {
  return `askonce/${version} (Language=TypeScript; Platform=Node.js ${process.version})`;
}
