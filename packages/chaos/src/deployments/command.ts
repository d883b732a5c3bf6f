import type { DeploymentDriver, DeploymentStatus } from '@ordeal/shared/drivers/deployment';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import { howItEnded, shownWithout } from '../drivers/command/output.ts';
import { runBounded, type CommandCall } from '../drivers/command/run.ts';
import { INJECTS } from '../drivers/command/under-way.ts';
import { fill, markOf, type DeploymentCommand, type DeploymentConfig } from './config.ts';

const answer = z.object({
  settled: z.boolean(),
  versions: z.array(z.string().min(1)),
  detail: z.string().default(''),
});

/** Deploys by commands that the platform names. `run` fills `{{run}}`. */
export function createCommandDeployment(config: DeploymentConfig, run: string): DeploymentDriver {
  const shown = shownWithout(config.secretFiles);
  const call = async (
    what: string,
    command: DeploymentCommand,
    version: string,
    { clock, signal }: DriverContext,
    onAbort: CommandCall['onAbort'],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const argv = fill(command, { run, version });
    const withinMs = command.withinSeconds * 1000;
    const end = await runBounded({ argv, withinMs, env, clock, signal, onAbort });
    if (end.code !== 0) throw new Error(`${what} failed with ${howItEnded(end, shown)}.`);
    return end.stdout;
  };
  return {
    kind: 'command',
    async start(version, context) {
      const env = { [INJECTS]: markOf(config) };
      await call(`Starting to deploy ${version}`, config.start, version, context, 'end-it', env);
    },
    async status(context) {
      return readStatus(await call('The status command', config.status, '', context, 'end-it'));
    },
    async rollBack(version, context) {
      await call(`Going back to ${version}`, config.rollBack, version, context, 'leave-it');
    },
  };
}

/** The last line that is not empty. Rejects what does not say everything: half an answer is none. */
export function readStatus(stdout: string): DeploymentStatus {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`The status command printed ${JSON.stringify(line.slice(0, 80))}, which is no JSON.`, {
      cause: error,
    });
  }
  const parsed = answer.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The status command printed ${line.slice(0, 120)}; expected { "settled": true or false, "versions": ["…"], "detail": "…" }.`,
  );
}
