import { inSmallHeap } from '../../src/heap.js';

/** `askonce` as it was compiled for the bench, started as `bin/askonce.mjs` starts it. */
const { main } = await inSmallHeap(() => import('../../src/cli/main.js'));
await main(process.argv);
