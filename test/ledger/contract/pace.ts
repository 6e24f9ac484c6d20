import type { OpenLedger } from '../ledger-contract.js';
export function paceContract(_open: OpenLedger): void {}
