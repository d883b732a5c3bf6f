/*
 * The guardian: a process of its own that holds a pipe to the runner, and heals everything that the run has
 * broken as soon as that pipe closes, whatever killed the runner.
 * Arguments: the run's directory, and the drivers of the faults that it may inject.
 */
import process, { argv, exit } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { guardianProgram } from '@ordeal/shared/undo/guardian-program';
import { healers } from './compose/healers.ts';

const [runDir, ...drivers] = argv.slice(2);
if (runDir === undefined) exit(64);
exit(await guardianProgram(process, runDir, drivers, healers, systemClock));
