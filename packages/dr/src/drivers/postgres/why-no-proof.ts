import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { getegid, geteuid, getgroups, kill } from 'node:process';
import { pidOf } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { PostgresNode } from './config.ts';
import { hasFiles } from './files.ts';
import { serverIn } from './server.ts';

const { R_OK, W_OK, X_OK } = constants;

/** Why the node could not be fenced, as things are now; empty when it could. Changes nothing. */
export function whyNoProof(node: PostgresNode): readonly string[] {
  const { name, dataDir, runAs } = node;
  const start = `node ${name} could not be fenced: `;
  if (!existsSync(dataDir)) {
    // What can be seen of a directory that may not be entered is nothing.
    if (hasFiles(dataDir)) return [];
    return [
      `${start}its files are not to be seen at ${dataDir} by ${whoRuns()}: correct dataDir, or ${mayWrite}`,
    ];
  }
  try {
    accessSync(dataDir, R_OK | W_OK | X_OK);
    const settings = join(dataDir, 'postgresql.auto.conf');
    if (existsSync(settings)) accessSync(settings, R_OK);
    return [...ownerRefusals(start, runAs), ...killRefusals(start, node)];
  } catch (error) {
    return [`${start}${whoRuns()} may not write in ${dataDir} (${reasonOf(error)}): ${mayWrite}`];
  }
}

const mayWrite =
  "run this as root, or as the owner of the server's files, on a file system that can be written";

/** What is written has to be the server's own, or it would not start any more. */
function ownerRefusals(start: string, runAs: PostgresNode['runAs']): readonly string[] {
  if (runAs === undefined || geteuid?.() === 0) return [];
  const own = geteuid?.() === runAs.uid && [getegid?.(), ...(getgroups?.() ?? [])].includes(runAs.gid);
  if (own) return [];
  return [
    `${start}its files belong to user ${runAs.uid} and group ${runAs.gid} (runAs), and ${whoRuns()} cannot give them ` +
      'any: run this as root or as that user, or leave runAs out where that is who runs this',
  ];
}

/** One that is frozen is not stopped by its service. */
function killRefusals(start: string, { dataDir }: PostgresNode): readonly string[] {
  const found = serverIn(dataDir);
  if (found.is !== 'running') return [];
  try {
    kill(pidOf(found.process), 0);
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return [];
    return [
      `${start}${whoRuns()} may not kill its server (pid ${pidOf(found.process)}), which has to be done when it does ` +
        "not stop: run this as root, or as the server's own user",
    ];
  }
}

function whoRuns(): string {
  return geteuid === undefined ? 'this' : `user ${geteuid()}`;
}
