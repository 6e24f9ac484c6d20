/** When the owner allows a request; per marketplace. */
export interface AskingRules {
  /** Whole days after delivery, 5 to 29. */
  readonly askAfterDays: number;
  /** Other waits for some products, by pattern. The longest wait of an order's items wins. */
  readonly askAfterDaysFor: readonly WaitFor[];
  /** Spans of the marketplace's local day; see {@link HourSpan}. */
  readonly hours: readonly HourSpan[];
  /** ISO weekdays, 1 = Monday to 7 = Sunday. Never empty. */
  readonly weekdays: ReadonlySet<number>;
}

/** Minutes after local midnight: `from` is inside, `until` is not. `until <= from` reaches over midnight. 0 to 1440 is the whole day. */
export interface HourSpan {
  readonly from: number;
  readonly until: number;
}

export interface WaitFor {
  /** Of a SKU or an ASIN. */
  readonly pattern: ProductPattern;
  /** Whole days after delivery, 5 to 29. */
  readonly days: number;
}

/** A SKU or ASIN in which `*` stands for any characters, none included. Upper and lower case are the same. */
export type ProductPattern = string;

/** Which orders the owner wants asked at all; per marketplace. None of it looks at how happy a buyer is. */
export interface OrderFilters {
  readonly fulfilledBy: ReadonlySet<'AMAZON' | 'MERCHANT'>;
  /** All items of an order must match one. Empty: any product. */
  readonly onlySkus: readonly ProductPattern[];
  readonly onlyAsins: readonly ProductPattern[];
  /** One matching item keeps the whole order out. */
  readonly exceptSkus: readonly ProductPattern[];
  readonly exceptAsins: readonly ProductPattern[];
  /** Amazon's program names, e.g. `AMAZON_BUSINESS`. */
  readonly exceptPrograms: ReadonlySet<string>;
}

export const noFilters: OrderFilters = {
  fulfilledBy: new Set(['AMAZON', 'MERCHANT']),
  onlySkus: [],
  onlyAsins: [],
  exceptSkus: [],
  exceptAsins: [],
  exceptPrograms: new Set(),
};
