import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import { z, type ZodType } from 'zod';
import { fillArgv } from '../fill-argv.ts';
import { mustRun } from '../postgres/program.ts';
import { mustBeKnown } from '../known-regions.ts';
import type { RegionHealth, RouteHealth } from '../route-health.ts';
import { whyThrown, type RouteReach } from '../route-reach.ts';
import type { CommandRouteConfig } from './config.ts';

const pauseMs = 100;

const status = z.object({
  regions: z.record(z.string(), z.enum(['active', 'draining', 'out'])),
  detail: z.record(z.string(), z.string()).default({}),
});

const health = z.record(z.string(), z.object({ up: z.int().nonnegative(), total: z.int().nonnegative() }));

/** A route that is moved by commands of its own. See `parseCommandRoute`. */
export function createCommandRoute(config: CommandRouteConfig): RouteDriver & RouteHealth & RouteReach {
  return {
    kind: 'command',
    status: async (context) => await statusOf(config, context),
    health: async (context) => await healthOf(config, context),
    whyNever: (regions) => whyThrown(() => mustBeKnown(config.regions, regions)),
    switch: async (regions, context) => await switchTo(config, regions, context),
  };
}

async function statusOf(config: CommandRouteConfig, context: DriverContext): Promise<RouteStatus> {
  const told = await askCommand(config, 'status', config.status, status, context);
  mustTellOf(config, 'status', Object.keys(told.regions));
  return told;
}

async function healthOf(config: CommandRouteConfig, context: DriverContext): Promise<RegionHealth> {
  if (config.health === undefined) {
    throw new Error('the route does not know whether a region is well: give it a command health');
  }
  const told = await askCommand(config, 'health', config.health, health, context);
  mustTellOf(config, 'health', Object.keys(told));
  return told;
}

async function askCommand<T>(
  config: CommandRouteConfig,
  name: string,
  argv: readonly string[],
  schema: ZodType<T>,
  context: DriverContext,
): Promise<T> {
  const { stdout } = await mustRun(argv, context, {
    timeoutMs: config.statusTimeoutSeconds * 1000,
    env: environmentOf(config),
  });
  let value: unknown;
  try {
    value = JSON.parse(stdout);
  } catch (error) {
    throw new Error(`expected JSON from the command ${name}, found ${JSON.stringify(stdout.slice(0, 200))}`, {
      cause: error,
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `the command ${name} printed what is no ${name}: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** A region that is left out is not known to be out. */
function mustTellOf(config: CommandRouteConfig, name: string, told: readonly string[]): void {
  if (told.toSorted().join() === config.regions.toSorted().join()) return;
  throw new Error(
    `expected the regions ${config.regions.join(', ')} from the command ${name}, found ${told.join(', ') || 'none'}`,
  );
}

async function switchTo(
  config: CommandRouteConfig,
  regions: readonly string[],
  context: DriverContext,
): Promise<void> {
  mustBeKnown(config.regions, regions);
  const isShown = ({ regions: now }: RouteStatus): boolean =>
    config.regions.every((region) => (now[region] === 'active') === regions.includes(region));
  if (isShown(await statusOf(config, context))) return;
  await mustRun(fillArgv(config.switch, { regions: regions.join(',') }), context, {
    timeoutMs: config.timeoutSeconds * 1000,
    env: environmentOf(config),
  });
  const deadline = context.clock.now() + config.shownWithinSeconds * 1000;
  for (;;) {
    const now = await statusOf(config, context);
    if (isShown(now)) return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `the command switch says that it is done, but after ${config.shownWithinSeconds} s the status shows ` +
          `${JSON.stringify(now.regions)}`,
      );
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
}

function environmentOf(config: CommandRouteConfig): Readonly<Record<string, string>> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...config.env };
}
