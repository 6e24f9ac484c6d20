import { DateTime } from 'luxon';
import { marketplaceByCode } from '../../amazon/marketplaces.js';
import type { ListPlace, ListPosition, OrderFilter } from '../../ledger/order-list.js';
import { type State, states } from '../../policy/review-request.js';
import { marketplaceCode } from './figures.js';

/** What an address of the list of orders asks for. */
export type OrdersQuery =
  /** One order, by what somebody typed. */
  | { readonly kind: 'search'; readonly text: string }
  | { readonly kind: 'list'; readonly filter: OrderFilter; readonly where: ListPosition; readonly asked: AskedFilter }
  /** The address was changed by hand, or cut on its way. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** The filter as it stands in the address; empty texts are left out. */
export interface AskedFilter {
  readonly account?: string;
  readonly marketplace?: string;
  readonly state?: string;
  readonly reason?: string;
  /** Both days count whole, UTC. */
  readonly from?: string;
  readonly to?: string;
}

/** In the address, for orders whose marketplace is not known, or that have no reason. */
export const NONE = '-';

const LONGEST = 200;
const filterNames = ['account', 'marketplace', 'state', 'reason', 'from', 'to'] as const;
const placeNames = ['after', 'before', 'at'] as const;

class Malformed extends Error {}

/** `query`: what came after the question mark; names that are not known say nothing. */
export function readOrdersQuery(query: Readonly<Record<string, unknown>>): OrdersQuery {
  try {
    const search = textOf(query, 'order');
    if (search !== undefined) return { kind: 'search', text: search.trim() };
    const asked = Object.fromEntries(
      filterNames.flatMap((name) => {
        const text = textOf(query, name);
        return text === undefined ? [] : [[name, text]];
      }),
    ) as AskedFilter;
    return { kind: 'list', filter: filterOf(asked), where: positionOf(query), asked };
  } catch (problem) {
    if (problem instanceof Malformed) return { kind: 'malformed', problem: problem.message };
    throw problem;
  }
}

/** The address of the list with this filter, at this place of it. */
export function ordersPath(asked: AskedFilter, where: ListPosition = { kind: 'first' }): string {
  const params = new URLSearchParams();
  for (const name of filterNames) {
    const text = asked[name];
    if (text !== undefined) params.set(name, text);
  }
  switch (where.kind) {
    case 'first':
      break;
    case 'last':
      params.set('at', 'last');
      break;
    case 'after':
    case 'before':
      params.set(where.kind, placeText(where.place));
      break;
    default:
      where satisfies never;
  }
  const text = params.toString();
  return text === '' ? '/orders' : `/orders?${text}`;
}

/** How a marketplace stands in the address. */
export function marketplaceText(id: string | null): string {
  return id === null ? NONE : marketplaceCode(id);
}

function textOf(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const text = Object.hasOwn(query, name) ? query[name] : undefined;
  if (text === undefined || text === '') return undefined;
  if (typeof text !== 'string') throw new Malformed(`"${name}" is given twice.`);
  if (text.length > LONGEST) throw new Malformed(`"${name}" is too long.`);
  // Control characters and halves of characters stand in no name; Postgres would refuse some of them.
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw new Malformed(`"${name}" holds a character that no name has.`);
  return text;
}

function filterOf({ account, marketplace, state, reason, from, to }: AskedFilter): OrderFilter {
  return {
    ...(account !== undefined && { account }),
    ...(marketplace !== undefined && {
      marketplaceId: marketplace === NONE ? null : (marketplaceByCode(marketplace)?.id ?? marketplace),
    }),
    ...(state !== undefined && { state: stateOf(state) }),
    ...(reason !== undefined && { reason: reason === NONE ? null : reason }),
    ...(from !== undefined && { from: dayOf(from) }),
    ...(to !== undefined && { until: dayOf(to).plus({ days: 1 }) }),
  };
}

function stateOf(text: string): State {
  const state = states.find((each) => each === text);
  if (state === undefined) throw new Malformed('There is no such state.');
  return state;
}

function dayOf(text: string): DateTime {
  const day = DateTime.fromISO(text, { zone: 'utc' });
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(text) || !day.isValid) {
    throw new Malformed('A date is written as year, month and day, e.g. 2026-11-22.');
  }
  return day;
}

function positionOf(query: Readonly<Record<string, unknown>>): ListPosition {
  const given = placeNames.flatMap((name) => {
    const text = textOf(query, name);
    return text === undefined ? [] : [{ name, text }];
  });
  const [first, second] = given;
  if (first === undefined) return { kind: 'first' };
  if (second !== undefined) throw new Malformed('It names two places of the list.');
  const { name, text } = first;
  if (name === 'at') {
    if (text !== 'last') throw new Malformed('There is no such place in the list.');
    return { kind: 'last' };
  }
  return { kind: name, place: placeOf(text) };
}

/** Milliseconds since 1970 and the order id, packed so that nobody takes it for a page number. */
function placeText({ listedAt, orderId }: ListPlace): string {
  return Buffer.from(`${listedAt.toMillis()} ${orderId}`).toString('base64url');
}

const YEAR_9999_MS = 253_402_300_799_999;

function placeOf(text: string): ListPlace {
  const [, millis = '', orderId = ''] =
    /^(\d{1,15}) ([^\p{Cc}\p{Cs}]{1,100})$/u.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  const listedAt = DateTime.fromMillis(Number(millis), { zone: 'utc' });
  const place = { listedAt, orderId };
  if (millis === '' || Number(millis) > YEAR_9999_MS || placeText(place) !== text) {
    throw new Malformed('The place in the list cannot be read.');
  }
  return place;
}
