import { expect, test } from '@jest/globals';
import { createMeters } from '../../src/measuring/meters.js';
import { measuredListeners } from '../../src/measuring/watched-listeners.js';
import { at } from '../support/builders.js';

test('a step is timed, and answers what it answered', async () => {
  const meters = createMeters([]);
  const later = { again: at('2026-03-20T12:00:00Z') };
  const { send } = measuredListeners({ send: async () => later }, meters);

  expect(await send?.('302-0000001-0000001')).toBe(later);

  const text = await meters.registry.metrics();
  expect(text).toContain('askonce_step_duration_seconds_count{step="send"} 1');
  expect(text).toContain('askonce_step_failures_total{step="send"} 0');
});

test('a step that throws is counted as failed, timed all the same, and still throws', async () => {
  const meters = createMeters([]);
  const { sweep } = measuredListeners({ sweep: () => Promise.reject(new Error('ledger away')) }, meters);

  await expect(sweep?.()).rejects.toThrow('ledger away');

  const text = await meters.registry.metrics();
  expect(text).toContain('askonce_step_duration_seconds_count{step="sweep"} 1');
  expect(text).toContain('askonce_step_failures_total{step="sweep"} 1');
});

test('a step that nobody listens to is not listened to for being measured', () => {
  expect(Object.keys(measuredListeners({ settle: async () => undefined }, createMeters([])))).toEqual(['settle']);
});
