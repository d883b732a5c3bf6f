import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { GeneratorSettings, RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import { processIdentity } from '@ordeal/shared/process/identity';
import { toWall } from '@ordeal/shared/time/clock';
import { ActiveLoad, drainMs } from './active-load.ts';
import { bundleScript } from './bundle/bundle.ts';
import { planLoad } from './plan/k6-options.ts';
import { slugOf, specOf, tagged } from './plan/spec-of.ts';
import { askK6 } from './process/k6-version.ts';
import { startK6, type K6Process } from './process/k6-process.ts';
import { createForwarder } from './remote-write/forwarder.ts';
import { startReceiver } from './remote-write/receiver.ts';
import { LoadMonitor } from './load-monitor.ts';

/** k6 has to begin within this, besides the time that its virtual users take. */
const BEGIN_WITHIN_MS = 30_000;
const PER_VIRTUAL_USER_MS = 10;

/**
 * Runs a workload on k6. Resolves once the first iterations have been seen. Rejects when a journey cannot be
 * bundled (before k6 is started), when k6 ends before it begins or does not begin in time, or with the signal's
 * reason when the run is aborted meanwhile; nothing is left running then.
 */
export async function startWorkload(
  workload: Workload,
  settings: GeneratorSettings,
  context: RunContext,
): Promise<RunningWorkload> {
  const plan = planLoad(workload);
  const dir = join(context.dir, 'load', slugOf(workload));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const monitor = new LoadMonitor(workload, settings.anchor, context);
  const forwarder =
    settings.remoteWrite === undefined ? undefined : createForwarder(settings.remoteWrite, context);
  const receiver = await startReceiver(
    (push, body) => {
      forwarder?.push(body);
      monitor.take(push);
    },
    (error) => monitor.complain(error),
  );
  let k6: K6Process | undefined;
  try {
    const asked = askK6(settings.k6);
    // Whoever waits for it hears of it; a mistake in a journey is told first.
    asked.catch(() => {});
    const { script } = await bundleScript(
      workload,
      specOf(workload, {
        run: context.runId,
        stopUrl: receiver.stopUrl,
        options: tagged(plan.options, settings, workload, context),
      }),
    );
    context.signal.throwIfAborted();
    k6 = await startK6({
      k6: settings.k6,
      dialect: await asked,
      script,
      writeUrl: receiver.writeUrl,
      dir,
      ...(workload.script === undefined ? {} : { scriptDir: dirname(fileURLToPath(workload.script.file)) }),
      secrets: workload.secrets ?? {},
      certificates: settings.certificates,
      onWarning: (message) => context.journal.append({ type: 'warning', message }),
    });
    const entry = context.undo.push({
      driver: 'process',
      config: { identity: processIdentity(k6.pid) ?? `${k6.pid}@gone`, what: 'k6' },
      describe: `k6 with workload ${workload.name} (process ${k6.pid})`,
      deadline: new Date(
        toWall(settings.anchor, context.clock.now()) +
          workload.atMostSeconds * 1000 +
          BEGIN_WITHIN_MS +
          drainMs(workload),
      ).toISOString(),
      revives: 'nothing',
    });
    const load = new ActiveLoad({
      workload,
      context,
      k6,
      receiver,
      forwarder,
      monitor,
      virtualUsers: plan.virtualUsers,
      ...(plan.tenantUsers === undefined ? {} : { tenantUsers: plan.tenantUsers }),
      settle: () => context.undo.settle(entry.id, 'run'),
    });
    await load.begun(BEGIN_WITHIN_MS + plan.virtualUsers * PER_VIRTUAL_USER_MS);
    return load;
  } catch (error) {
    await k6?.terminate(context.clock);
    await receiver.close();
    await forwarder?.close();
    throw error;
  }
}
