import { expect, test } from '@jest/globals';
import { discoverListener } from '../../workers/discover.js';
import { openStage } from '../support/steps.js';

test('an account whose reading is cut short because the process ends is rung for at once, for whoever comes next', async () => {
  const stage = await openStage();
  const leaving = new AbortController();
  leaving.abort();

  await discoverListener({ ...stage.context, leaving: leaving.signal })('tea');

  expect(stage.amazon.calls.searches).toEqual([]);
  expect(stage.rungNow).toEqual(['discover tea']);
});
