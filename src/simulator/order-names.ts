import type { Region } from '../amazon/marketplaces.js';
import type { OrderLine } from './order-life.js';
import type { SeededRandom } from './seeded-random.js';

const prefixes: Readonly<Record<Region, readonly string[]>> = {
  na: ['111', '112', '113', '114'],
  eu: ['026', '028', '203', '206', '302', '305', '402', '407'],
  fe: ['249', '250', '503'],
};

/** Amazon's 3-7-7 form. */
export function randomOrderId(random: SeededRandom, region: Region): string {
  return `${random.pick(prefixes[region])}-${random.digits(7)}-${random.digits(7)}`;
}

/** Multi-channel fulfilment orders, which no marketplace buyer placed, often begin with `S01`. */
export function randomMultiChannelId(random: SeededRandom): string {
  return `S01-${random.digits(7)}-${random.digits(7)}`;
}

const products = ['SUPP', 'MUG', 'LAMP', 'CABLE', 'TOY'] as const;
const asinAlphabet = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';

export function randomLine(random: SeededRandom): OrderLine {
  return {
    sku: `${random.pick(products)}-${random.digits(4)}`,
    asin: `B0${random.text(8, asinAlphabet)}`,
    quantity: random.chance(0.85) ? 1 : 2,
  };
}
