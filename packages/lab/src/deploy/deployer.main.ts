/**
 * Carries out one deployment, and takes the version back when it is bad.
 * Usage: deployer.main.ts <lab directory> <strategy> <version> <version before>
 */
import { argv, exit, pid, stderr } from 'node:process';
import { processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { runFiles } from '../supervisor/run-files.ts';
import { NotReady } from './balancer.ts';
import { DEPLOYER } from './deployer-unit.ts';
import { readDeployLayout } from './layout.ts';
import { rollBack } from './roll-back.ts';
import { rollOut, type Strategy } from './roll-out.ts';
import { BadVersion, Site } from './site.ts';
import { writeState } from './state.ts';
import { mayDeploy } from './take-over.ts';

const [labDir = '', strategy = '', version = '', before = ''] = argv.slice(2);
const site = new Site(readDeployLayout(labDir), systemClock);
const files = runFiles(labDir, DEPLOYER);
// Somebody may have gone back since it was started. What is entered now is theirs.
if (!mayDeploy(labDir, version, processIdentity(pid)!, files)) exit(0);
try {
  await rollOut(strategy as Strategy, version, site);
  writeState(labDir, { doing: 'nothing', version, said: '' });
} catch (error) {
  const bad = error instanceof BadVersion || error instanceof NotReady;
  stderr.write(`${version}: ${reasonOf(error)}\n`);
  // What went wrong otherwise leaves the deployment as it is, and it stays unsettled: somebody has to look.
  if (!bad || site.layout.sabotage.includes('no-rollback')) exit(1);
  const said = `${version} was taken back: ${reasonOf(error)}`;
  writeState(labDir, { doing: 'rolling-back', version: before, said });
  await rollBack(before, site);
  writeState(labDir, { doing: 'nothing', version: before, said });
} finally {
  files.ended();
}
