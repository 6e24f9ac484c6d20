import type { OpenLedger } from '../ledger-contract.js';
export function sendingContract(_open: OpenLedger): void {}
