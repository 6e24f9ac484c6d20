import { main } from '../../src/cli/main.js';

/** `askonce` as it was compiled for the bench. */
await main(process.argv);
