import { expect, test } from '@jest/globals';
import { latest } from '../../src/policy/instants.js';
import { at } from '../support/builders.js';

const early = at('2026-03-01T00:00:00Z');
const late = at('2026-03-02T00:00:00Z');

test.each([
  ['of none', [], null],
  ['of unknown ones', [null, null], null],
  ['of one', [early], early],
  ['the later first', [late, early], late],
  ['the later last', [early, late], late],
  ['unknown ones do not count', [null, early, null], early],
])('the latest instant: %s', (_name, instants, expected) => {
  expect(latest(...instants)).toBe(expected);
});
