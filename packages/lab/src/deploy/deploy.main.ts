/**
 * Deploys versions of a lab's API.
 * Usage: deploy.main.ts <lab directory> start rolling|blue-green|canary <version> | status | rollback <version>
 * `start` returns when it has begun; `rollback` when that version alone serves. `status` prints one line of JSON.
 * Exits 1 with a sentence when something cannot be done.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { argv, exit, pid, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { inLab } from '../layout/paths.ts';
import { labMarks } from '../leftovers/find.ts';
import { runFiles } from '../supervisor/run-files.ts';
import { DEPLOYER } from './deployer-unit.ts';
import { readDeployLayout } from './layout.ts';
import { rollBack } from './roll-back.ts';
import { strategies } from './roll-out.ts';
import { Site } from './site.ts';
import { writeState } from './state.ts';
import { deployStatus } from './status.ts';
import { takeOver } from './take-over.ts';
import { requireVersion } from './versions.ts';

const usage = `Usage: deploy <lab directory> start ${strategies.join('|')} <version> | status | rollback <version>\n`;

const [labDir, verb, ...rest] = argv.slice(2);
try {
  if (labDir === undefined) throw new Error(usage);
  await act(labDir);
} catch (error) {
  stderr.write(`${reasonOf(error)}\n`);
  exit(1);
}

async function act(dir: string): Promise<void> {
  const site = new Site(readDeployLayout(dir), systemClock);
  const [first, second] = rest;
  if (verb === 'status') {
    stdout.write(`${JSON.stringify(await deployStatus(site))}\n`);
  } else if (verb === 'start' && first !== undefined && second !== undefined) {
    await start(dir, first, second, site);
  } else if (verb === 'rollback' && first !== undefined) {
    await goBack(dir, first, site);
  } else {
    throw new Error(usage);
  }
}

async function start(dir: string, strategy: string, version: string, site: Site): Promise<void> {
  if (!strategies.some((one) => one === strategy)) throw new Error(usage);
  requireVersion(version);
  const { settled, versions, detail } = await deployStatus(site);
  if (!settled) throw new Error(`Nothing can be deployed now: ${detail}.`);
  const [before = ''] = versions;
  if (before === version) throw new Error(`${version} is what serves already.`);
  writeState(dir, { doing: 'deploying', version, said: '' });
  const log = openSync(inLab.log(dir, 'edge', 'deployer'), 'a');
  const program = fileURLToPath(new URL('deployer.main.ts', import.meta.url));
  const child = spawn(site.layout.node, [program, dir, strategy, version, before], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: labMarks(dir, DEPLOYER),
  });
  closeSync(log);
  await once(child, 'spawn');
  // At once, and not when it does so itself: whoever goes back has to find it from now on.
  const identity = processIdentity(child.pid!);
  if (identity !== undefined) runFiles(dir, DEPLOYER).started(identity);
  child.unref();
}

async function goBack(dir: string, version: string, site: Site): Promise<void> {
  requireVersion(version);
  const files = runFiles(dir, DEPLOYER);
  await takeOver(dir, version, processIdentity(pid)!, files, systemClock);
  try {
    await rollBack(version, site);
    writeState(dir, { doing: 'nothing', version, said: '' });
  } finally {
    files.ended();
  }
}
