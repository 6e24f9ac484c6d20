#!/usr/bin/env node
import { ensureBuilt } from './set-up.mjs';

ensureBuilt();
const { main } = await import('../dist/src/cli/main.js');
await main(process.argv);
