import { reasonOf } from '@ordeal/shared/reason-of';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { Healer } from '@ordeal/shared/undo/healer';
import { z } from 'zod';
import { endInjections } from '../drivers/command/under-way.ts';
import { createCommandDeployment } from './command.ts';
import { markOf, parseDeploymentConfig, type DeploymentConfig } from './config.ts';
import { serves } from './course.ts';

/** `driver` of the undo entries that this heals. */
export const DEPLOYMENT_DRIVER = 'deployment';

/** `config` of such an entry: which version has to serve again, and how that is made so. */
export interface DeploymentUndo {
  readonly run: string;
  readonly version: string;
  readonly commands: DeploymentConfig;
}

const schema = z.object({ run: z.string(), version: z.string().min(1), commands: z.unknown() });

const LOOK_EVERY_MS = 500;

/** Brings the version back that served before a deployment, and waits until it alone serves. */
export const deploymentHealer: Healer = {
  async heal(entry, context) {
    const { run, version, commands } = undoOf(entry);
    await endInjections(markOf(commands), context);
    const driver = createCommandDeployment(commands, run);
    // Also where the platform shows nothing of it: what was asked for may only be about to begin.
    await driver.rollBack(version, context);
    let last = 'it says nothing';
    while (!context.signal.aborted) {
      try {
        const status = await driver.status(context);
        if (serves(status, version)) return;
        last = status.detail || `${status.versions.join(', ')} serve`;
      } catch (error) {
        last = reasonOf(error);
      }
      await context.clock.sleep(LOOK_EVERY_MS, context.signal).catch(() => undefined);
    }
    throw new Error(`Version ${version} does not serve alone yet: ${last}.`);
  },
};

function undoOf(entry: UndoEntry): DeploymentUndo {
  const { run, version, commands } = schema.parse(entry.config);
  const parsed = parseDeploymentConfig(commands, `undo entry ${entry.id}`);
  if (parsed.ok) return { run, version, commands: parsed.value };
  const what = parsed.diagnostics.map((one) => `${one.path}: expected ${one.expected}, found ${one.found}`);
  throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
}
