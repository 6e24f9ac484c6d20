import type { OpenLedger } from '../ledger-contract.js';
export function reportsContract(_open: OpenLedger): void {}
