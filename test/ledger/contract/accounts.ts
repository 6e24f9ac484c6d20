import type { OpenLedger } from '../ledger-contract.js';
export function accountsContract(_open: OpenLedger): void {}
