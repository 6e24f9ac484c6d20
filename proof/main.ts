import { Command } from 'commander';
import { addChaos } from './chaos/command.js';
import { addCrash } from './crash/command.js';
import { addMutants } from './mutants/command.js';
import { addRaces } from './races/command.js';
import { addRate } from './rate/command.js';
import { addSim } from './sim/command.js';

const program = new Command('npm run proof --').description('shows that nothing is asked twice and nothing is lost');
for (const add of [addSim, addCrash, addRaces, addChaos, addRate, addMutants]) add(program);
await program.parseAsync();
