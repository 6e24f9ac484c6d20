import type { Log } from '../log.js';
import type { Screen } from './screen.js';

/** What a page of a first read says of itself; instants are ISO text. */
interface FirstRead {
  readonly from: string;
  readonly through: string;
  readonly oldest?: string | null;
  readonly latest?: string | null;
}

interface Page {
  readonly account: string;
  readonly fresh: number;
  readonly replanned: number;
  readonly unchanged: number;
  readonly more: boolean;
  readonly firstRead?: FirstRead;
}

interface Reading {
  readonly first: FirstRead;
  share: number;
}

/**
 * Shows on the screen how far the first reading of the accounts' orders has come, by what the log tells of it. Amazon says
 * neither how many orders there are nor in which order it tells them; the share is judged by the times of their updates.
 */
export function showingCatchUp(log: Log, screen: Screen): Log {
  const readings = new Map<string, Reading>();
  let orders = 0;
  const hear = (page: Page) => {
    if (page.firstRead === undefined) return;
    const reading = readings.get(page.account) ?? { first: page.firstRead, share: 0 };
    readings.set(page.account, reading);
    reading.share = page.more ? Math.max(reading.share, shareOf(page.firstRead, reading.first)) : 1;
    orders += page.fresh + page.replanned + page.unchanged;
    const all = [...readings.values()];
    if (all.every(({ share }) => share === 1)) return screen.clear();
    const share = all.reduce((sum, one) => sum + one.share, 0) / all.length;
    screen.show({ title: 'reading orders', share, count: orders, unit: 'orders' });
  };
  return {
    ...log,
    info: (event, facts) => {
      if (event === 'orders-read') hear(facts as unknown as Page);
      log.info(event, facts);
    },
  };
}

/** Whichever way the pages go: how far this one is from the end where the first one began. */
function shareOf(page: FirstRead, first: FirstRead): number {
  const [from, through] = [Date.parse(page.from), Date.parse(page.through)];
  const middle = middleOf(page);
  const begun = middleOf(first);
  if (middle === null || begun === null || through <= from) return 0;
  const span = through - from;
  return Math.min(Math.abs(middle - begun) / span, 0.99);
}

function middleOf({ oldest, latest }: FirstRead): number | null {
  return oldest && latest ? (Date.parse(oldest) + Date.parse(latest)) / 2 : null;
}
