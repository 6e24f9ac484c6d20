import type { DateTime, Duration } from 'luxon';
import type { DeliveryEstimate } from './evidence.js';

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
    opensAt: delivery.earliest.toUTC().plus({ days: OPENS_AFTER_DAYS }),
    closesAt: delivery.latest.toUTC().plus({ days: CLOSES_AFTER_DAYS }).minus(margin),
  };
}

/** What the clock says about a window. There is no fourth answer. */
export function phase(window: RequestWindow, now: DateTime): 'early' | 'open' | 'closed' {
  if (now < window.opensAt) return 'early';
  return now < window.closesAt ? 'open' : 'closed';
}
