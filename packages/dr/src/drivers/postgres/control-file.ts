import { join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { PostgresNode } from './config.ts';
import { mustRun } from './program.ts';

/** What a server's control file says of its last moments. */
export interface ControlFile {
  /** `shut down`, `shut down in recovery` (a standby), `in production` (it crashed), … */
  readonly state: string;
  readonly system: string;
  /** Position at which the latest checkpoint begins. */
  readonly checkpoint: string;
  readonly timeline: number;
}

/** Reads the control file of a server that does not run; that of a running one may be out of date. */
export async function readControl(node: PostgresNode, context: DriverContext): Promise<ControlFile> {
  const { stdout } = await mustRun([join(node.binDir, 'pg_controldata'), '-D', node.dataDir], context, {
    timeoutMs: 10_000,
    runAs: node.runAs,
    // Its output is translated otherwise.
    env: { LC_ALL: 'C' },
  });
  const field = (name: string): string => {
    const value = new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(stdout)?.[1];
    if (value === undefined)
      throw new Error(`expected "${name}" in the output of pg_controldata, found ${stdout}`);
    return value.trim();
  };
  return {
    state: field('Database cluster state'),
    system: field('Database system identifier'),
    checkpoint: field('Latest checkpoint location'),
    timeline: Number(field("Latest checkpoint's TimeLineID")),
  };
}
