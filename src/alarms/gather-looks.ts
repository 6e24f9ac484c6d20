import type { DateTime } from 'luxon';
import type { StoredAlarm } from '../ledger/alarm-book.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Overview } from '../ledger/overview.js';
import type { AlarmThresholds, LookFacts, LookSpan } from '../policy/alarm-facts.js';
import { latest } from '../policy/instants.js';

const LONGEST_MS = 6 * 60 * 60_000;
const STEP = 4;
/** With fewer looks in the longest span no shorter one tells anything. */
const FEWEST = 8;

interface LookSources {
  readonly ledger: Pick<Ledger, 'firstLooks'> & Pick<Overview, 'asks'>;
  readonly thresholds: Pick<AlarmThresholds, 'every'>;
}

/** First looks of an account over spans from two intervals to some hours; while the alarm is open, also since it was raised. */
export async function lookFacts(
  account: string,
  { open, recent }: { readonly open: readonly StoredAlarm[]; readonly recent: readonly StoredAlarm[] },
  { ledger, thresholds }: LookSources,
  now: DateTime,
): Promise<LookFacts> {
  const isIts = (alarm: StoredAlarm) => alarm.name === 'eligibility-empty' && alarm.account === account;
  const alarm = open.find(isIts);
  const clearedAt = latest(...recent.filter(isIts).map(({ resolvedAt }) => resolvedAt));
  const read = async (since: DateTime): Promise<LookSpan> => {
    const posts = alarm === undefined ? [] : await ledger.asks(since);
    return {
      since,
      looks: await ledger.firstLooks(account, since),
      posts: posts.find((asks) => asks.account === account)?.posts ?? 0,
    };
  };
  const longest = await read(now.minus(LONGEST_MS));
  const { offered, gone } = longest.looks.recent;
  if (offered + gone < FEWEST && alarm === undefined) return { spans: [longest], clearedAt };
  const spans: LookSpan[] = [];
  if (alarm !== undefined) spans.push(await read(alarm.firedAt));
  for (let ms = 2 * thresholds.every.toMillis(); ms < LONGEST_MS; ms *= STEP) spans.push(await read(now.minus(ms)));
  return { spans: [...spans, longest], clearedAt };
}
