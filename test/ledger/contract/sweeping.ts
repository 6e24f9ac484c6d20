import type { OpenLedger } from '../ledger-contract.js';
export function sweepingContract(_open: OpenLedger): void {}
