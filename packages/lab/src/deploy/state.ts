import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_VERSION } from './versions.ts';

/** What the deployer has noted of its work. Which version really serves, the replicas say themselves. */
export interface DeployState {
  readonly doing: 'nothing' | 'deploying' | 'rolling-back';
  /** Which version is meant to serve, or is on its way. */
  readonly version: string;
  /** How the last deployment came to its end, in a sentence; empty when nothing is to be said. */
  readonly said: string;
}

export function readState(labDir: string): DeployState {
  try {
    return JSON.parse(readFileSync(stateFile(labDir), 'utf8')) as DeployState;
  } catch {
    return { doing: 'nothing', version: FIRST_VERSION, said: '' };
  }
}

export function writeState(labDir: string, state: DeployState): void {
  const file = stateFile(labDir);
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function stateFile(labDir: string): string {
  return join(labDir, 'edge', 'deploy-state.json');
}
