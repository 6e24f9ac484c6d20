import type { Marketplace } from '../amazon/marketplaces.js';
import type { AskingRules, OrderFilters } from '../policy/asking-rules.js';
import type { DailyCap } from '../policy/daily-cap.js';
import type { AccountConfig } from './config.js';
import { checkPatterns } from './contradictions.js';
import { frozenSet } from './freeze.js';
import type { Key } from './key.js';
import { keys } from './keys.js';
import type { Layer } from './layer.js';
import type { Problems } from './problems.js';
import { narrowedSpots, type Setting, settingOf } from './setting.js';

export interface AccountRules extends Pick<AccountConfig, 'marketplaces' | 'rules' | 'filters' | 'caps'> {
  /** Every wait after delivery as it holds for each marketplace, for checks across keys. */
  readonly waits: readonly Setting<number>[];
}

/** The owner's rules for each marketplace: narrowed before general, the account's `own` layers before the `shared` ones. */
export function readAccountRules(
  marketplaces: readonly Marketplace[],
  { own, shared }: { readonly own: readonly Layer[]; readonly shared: readonly Layer[] },
  problems: Problems,
): AccountRules {
  const sites = marketplaces.map((marketplace) => {
    const spots = (key: Key) => [own, shared].flatMap((layers) => narrowedSpots(key, marketplace.code, layers));
    return {
      marketplace,
      setting: <T>(key: Key<T, string>): Setting<T> => settingOf(key, spots(key)),
      optional: <T>(key: Key<T>): Setting<T | null> => settingOf(key, spots(key)),
    };
  });
  const byId = <T>(value: (site: Site) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(sites.map((site) => [site.marketplace.id, value(site)]));

  return {
    marketplaces: sites.map(({ marketplace, optional }) => ({
      ...marketplace,
      zone: optional(keys.TIME_ZONE).value ?? marketplace.zone,
    })),
    rules: byId(askingRules),
    filters: byId((site) => orderFilters(site, problems)),
    caps: byId((site) => ({
      maxPerDay: dailyCap(keys.MAX_PER_DAY, site, sites),
      catchUpPerDay: dailyCap(keys.CATCH_UP_PER_DAY, site, sites),
    })),
    waits: sites.flatMap(waits),
  };
}

/** One marketplace of the account, and what holds there. */
interface Site {
  readonly marketplace: Marketplace;
  readonly setting: <T>(key: Key<T, string>) => Setting<T>;
  readonly optional: <T>(key: Key<T>) => Setting<T | null>;
}

function askingRules({ setting, optional }: Site): AskingRules {
  return {
    askAfterDays: setting(keys.ASK_AFTER_DAYS).value,
    askAfterDaysFor: optional(keys.ASK_AFTER_DAYS_FOR).value ?? [],
    hours: setting(keys.ASK_HOURS).value,
    weekdays: setting(keys.ASK_WEEKDAYS).value,
  };
}

function waits({ setting, optional }: Site): readonly Setting<number>[] {
  const some = optional(keys.ASK_AFTER_DAYS_FOR);
  const longest =
    some.value === null ? [] : [{ ...some, value: some.value.reduce((most, { days }) => Math.max(most, days), 0) }];
  return [setting(keys.ASK_AFTER_DAYS), ...longest];
}

function orderFilters({ setting, optional }: Site, problems: Problems): OrderFilters {
  const onlySkus = optional(keys.ONLY_SKUS);
  const onlyAsins = optional(keys.ONLY_ASINS);
  const exceptSkus = optional(keys.EXCEPT_SKUS);
  const exceptAsins = optional(keys.EXCEPT_ASINS);
  checkPatterns(onlySkus, exceptSkus, problems);
  checkPatterns(onlyAsins, exceptAsins, problems);
  return {
    fulfilledBy: setting(keys.FULFILLED_BY).value,
    onlySkus: onlySkus.value ?? [],
    onlyAsins: onlyAsins.value ?? [],
    exceptSkus: exceptSkus.value ?? [],
    exceptAsins: exceptAsins.value ?? [],
    exceptPrograms: optional(keys.EXCEPT_PROGRAMS).value ?? frozenSet([]),
  };
}

/** The marketplaces for which a cap is written in one and the same place share it. */
function dailyCap(key: Key<number>, site: Site, sites: readonly Site[]): DailyCap | null {
  const { value, source, writtenAs } = site.optional(key);
  if (value === null) return null;
  const together = sites.filter(({ optional }) => {
    const other = optional(key);
    return other.source === source && other.writtenAs === writtenAs;
  });
  return { limit: value, marketplaceIds: together.map(({ marketplace }) => marketplace.id) };
}
