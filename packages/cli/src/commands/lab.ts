import { labDown, labStatus } from '@ordeal/lab/lab';
import { readSite } from '@ordeal/lab/read-site';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { watchSignals } from '../run/interruption.ts';
import { bringUp } from './with-lab.ts';

interface LabCommandOptions {
  readonly platform: string;
  readonly labName: string;
  readonly json?: boolean;
  readonly sabotage?: readonly string[];
}

/** `ordeal lab up|status|down`. */
export async function labCommand(
  verb: 'up' | 'status' | 'down',
  options: LabCommandOptions,
  edge: Edge,
): Promise<number> {
  switch (verb) {
    case 'up': {
      const interruption = watchSignals(edge);
      try {
        await bringUp(options, edge, interruption.signal);
      } finally {
        interruption.stop();
      }
      const site = readSite(options.labName);
      if (options.json === true) edge.stdout.write(`${JSON.stringify(site, null, 2)}\n`);
      else edge.stdout.write(`entry       ${site?.entry}\nprometheus  ${site?.prometheus}\n`);
      return exitCodes.pass;
    }
    case 'status': {
      const status = await labStatus({ name: options.labName, clock: systemClock });
      if (options.json === true) edge.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      else if (status.state === 'down') edge.stdout.write(`Lab "${options.labName}" is not up.\n`);
      else
        for (const unit of status.units)
          edge.stdout.write(
            `${unit.unit.padEnd(24)} ${unit.state.padEnd(9)} ${unit.ready ? 'ready' : 'not ready'}\n`,
          );
      return status.state === 'up' ? exitCodes.pass : exitCodes.fail;
    }
    case 'down': {
      const { stopped } = await labDown({ name: options.labName, clock: systemClock });
      if (options.json === true) edge.stdout.write(`${JSON.stringify({ stopped })}\n`);
      else
        edge.stdout.write(
          stopped === 0
            ? `Lab "${options.labName}" was not up.\n`
            : `Lab "${options.labName}" is down: ${stopped} processes ended.\n`,
        );
      return exitCodes.pass;
    }
  }
}
