import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openAddressing } from '../support/hostile/addressing.js';
import { configuring } from '../support/hostile/configuring.js';
import { discovering } from '../support/hostile/discovering.js';
import { listing } from '../support/hostile/listing.js';
import { openServing } from '../support/hostile/serving.js';

const SEED = 1;

test.each([...configuring, ...listing, ...discovering].map((property) => [property.says, property] as const))(
  '%s',
  async (_says, property) => {
    expect(await property.check(SEED, 400)).toBeNull();
  },
);

describe.each([
  ['on the way to Amazon', openAddressing],
  ['on the way to the pages', openServing],
])('%s', (_where, open) => {
  let way: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    way = await open();
  });
  afterAll(() => way?.close());

  test.each([0, 1])('property %d holds', async (index) => {
    const property = way.properties[index];
    expect(property).toBeDefined();
    expect(await property?.check(SEED, 200)).toBeNull();
  });
});
