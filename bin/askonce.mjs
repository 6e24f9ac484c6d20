#!/usr/bin/env node
import { ensureBuilt } from './set-up.mjs';

ensureBuilt();
const { inSmallHeap } = await import('../dist/src/heap.js');
const { main } = await inSmallHeap(() => import('../dist/src/cli/main.js'));
await main(process.argv);
