import { Command } from 'commander';
import { addAsks } from './asks/command.js';
import { addBaseline } from './baseline/command.js';
import { addDiscover } from './discover/command.js';
import { addLate } from './late/command.js';
import { addLedger } from './ledger/command.js';
import { addQueue } from './queue/command.js';
import { addRegressions } from './regressions/command.js';

const program = new Command('npm run bench --').description('measures what askonce claims, each beside a peer');
for (const add of [addAsks, addDiscover, addLedger, addQueue, addLate, addBaseline, addRegressions]) add(program);
await program.parseAsync();
