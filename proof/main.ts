import { Command } from 'commander';
import { addAll } from './all/command.js';
import { addChaos } from './chaos/command.js';
import { addCrash } from './crash/command.js';
import { addDocument } from './document/command.js';
import { addFaults } from './faults/command.js';
import { addHostile } from './hostile/command.js';
import { addMutants } from './mutants/command.js';
import { addRaces } from './races/command.js';
import { addRate } from './rate/command.js';
import { addSim } from './sim/command.js';
import { addStops } from './stops/command.js';

const program = new Command('npm run proof --').description('shows that nothing is asked twice and nothing is lost');
for (const add of [
  addAll,
  addSim,
  addCrash,
  addRaces,
  addChaos,
  addRate,
  addFaults,
  addHostile,
  addStops,
  addMutants,
  addDocument,
])
  add(program);
await program.parseAsync();
