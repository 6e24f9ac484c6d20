import type { OpenLedger } from '../ledger-contract.js';
export function settlingContract(_open: OpenLedger): void {}
