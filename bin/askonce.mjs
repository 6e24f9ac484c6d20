#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { ensureBuilt } from './set-up.mjs';

// Loading the modules would otherwise grow the young generation of the heap for good; a worker that idles needs none of it.
setFlagsFromString('--semi-space-growth-factor=1');

ensureBuilt();
const { main } = await import('../dist/src/cli/main.js');
await main(process.argv);
