import { frozenSet } from './freeze.js';
import { nearest } from './nearest.js';
import { listOf, type Reader, read, shown, unreadable } from './reading.js';

/** Possible values of `programs` in Amazon's Orders API 2026-01-01: of an order, then of one of its items. */
export const programs: readonly string[] = [
  'AMAZON_BAZAAR',
  'AMAZON_BUSINESS',
  'AMAZON_EASY_SHIP',
  'AMAZON_HAUL',
  'DELIVERY_BY_AMAZON',
  'FBM_SHIP_PLUS',
  'INVOICE_BY_AMAZON',
  'IN_STORE_PICK_UP',
  'PREMIUM',
  'PREORDER',
  'PRIME',
  'TRANSPARENCY',
  'SUBSCRIBE_AND_SAVE',
];

const program: Reader<string> = (text) => {
  const name = text.toUpperCase();
  if (programs.includes(name)) return read(name);
  const near = nearest(name, programs);
  return unreadable(
    `${shown(text)} is not a program of Amazon`,
    `${near ? `did you mean ${near}? All of them` : 'use some of these'}: ${programs.join(', ')}`,
  );
};

export const somePrograms: Reader<ReadonlySet<string>> = (text) => {
  const list = listOf(program)(text);
  return list.ok ? read(frozenSet(list.value)) : list;
};
