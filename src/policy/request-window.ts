import type { DateTime, Duration } from 'luxon';
import type { DeliveryEstimate } from './evidence.js';
import { DAY_MS, plusDays, plusMs } from './instants.js';

/** When Amazon would take a request: `opensAt` is inside, `closesAt` is not. */
export interface RequestWindow {
  readonly opensAt: DateTime;
  readonly closesAt: DateTime;
}

/**
 * Amazon, developer-docs "Set up the Solicitations API": from the earliest delivery date + 5 days to the latest
 * delivery date + 30 days. Reckoned in UTC, where a day is 24 hours.
 */
const OPENS_AFTER_DAYS = 5;
const CLOSES_AFTER_DAYS = 30;

/** The window of an estimated delivery; `margin` is kept free before its end. */
export function requestWindow(delivery: DeliveryEstimate, margin: Duration): RequestWindow {
  return {
    opensAt: plusDays(delivery.earliest, OPENS_AFTER_DAYS),
    closesAt: plusMs(delivery.latest, CLOSES_AFTER_DAYS * DAY_MS - margin.toMillis()),
  };
}

/** What the clock says about a window. There is no fourth answer. */
export function phase(window: RequestWindow, now: DateTime): 'early' | 'open' | 'closed' {
  if (now < window.opensAt) return 'early';
  return now < window.closesAt ? 'open' : 'closed';
}

/** The last look of all is a little before the window closes: at its end there would be no time left to ask. */
const LAST_LOOK_MINUTES = 5;

/** Draws a later look forward to the last one that can still lead to a request. */
export function inTime(lookAt: DateTime, closesAt: DateTime, now: DateTime): DateTime {
  const lastLook = closesAt.minus({ minutes: LAST_LOOK_MINUTES });
  return lookAt > lastLook && lastLook > now ? lastLook : lookAt;
}
