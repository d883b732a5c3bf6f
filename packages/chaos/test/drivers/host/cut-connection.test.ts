import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostDriver } from '../../../src/drivers/host.ts';
import { scriptOf } from '../../../src/drivers/host/script/fault-script.ts';
import { hostAt } from '../../../src/drivers/host/shell/host.ts';
import { talk } from '../../../src/drivers/host/shell/talk.ts';
import { hasSshServer, startSshServer, type SshServerFixture } from '../../fixtures/ssh-server.ts';
import { healElsewhere } from '../../fixtures/supervised.ts';
import { until } from '../../fixtures/toxiproxy.ts';
import { configOf, context, entryOf, leftOf, subjects, type Subject } from './subjects.ts';

let server: SshServerFixture;

beforeAll(async () => {
  if (hasSshServer) server = await startSshServer();
});
afterAll(async () => {
  if (hasSshServer) await server.stop();
});

/** What ends a connection: the far end, or this one. */
const cuts = ['the server’s session is killed', 'the client is killed'] as const;
/** Continuous integration tries some of it, and `npm run prove -- chaos-kills` all. */
const PROVING = process.env['ORDEAL_PROVE_CHAOS_KILLS'] !== undefined;
const moments = PROVING ? [5, 30, 60, 90, 120, 180, 250, 400] : [5, 120];
const names = PROVING
  ? ['kill by pid file', 'freeze', 'cpu', 'memory', 'disk', 'partition by nftables', 'bandwidth']
  : ['freeze', 'partition by nftables'];

const WELL = { works: true, fault: { state: 'absent' } };

describe.skipIf(!hasSshServer)('a connection that is cut', () => {
  for (const name of names) {
    const { skipped, make } = subjects[name] as (typeof subjects)[string];
    describe.skipIf(skipped !== undefined)(`${name}${skipped === undefined ? '' : ` (${skipped})`}`, () => {
      let subject: Subject;
      beforeAll(async () => {
        subject = await make();
      });
      afterAll(() => subject.stop());

      it.each(cuts.flatMap((how) => moments.map((ms) => [how, ms] as const)))(
        'while it injects, because %s after %d ms: another process heals it',
        async (how, ms) => {
          const config = configOf(subject.raw({ ssh: server.place }));
          const interrupted = new AbortController();
          const injecting = hostDriver
            .inject(config, { ...context(), signal: interrupted.signal })
            .catch(() => undefined);
          await systemClock.sleep(ms);
          if (how === 'the client is killed') interrupted.abort(new Error('killed'));
          else server.cut();
          await injecting;
          await healElsewhere(JSON.stringify(entryOf(config)));
          expect(await afterwards(config, subject)).toEqual(WELL);
        },
      );

      it.each(cuts.flatMap((how) => moments.map((ms) => [how, ms] as const)))(
        'while it heals, because %s after %d ms: another process ends it',
        async (how, ms) => {
          const config = configOf(subject.raw({ ssh: server.place }));
          await hostDriver.inject(config, context());
          // In the hold as well: what is in needs no connection.
          server.cut();
          expect(await subject.works()).toBe(false);
          const interrupted = new AbortController();
          const healing = hostDriver
            .heal(entryOf(config), { ...context(), signal: interrupted.signal })
            .catch(() => undefined);
          await systemClock.sleep(ms);
          if (how === 'the client is killed') interrupted.abort(new Error('killed'));
          else server.cut();
          await healing;
          await healElsewhere(JSON.stringify(entryOf(config)));
          expect(await afterwards(config, subject)).toEqual(WELL);
        },
      );
    });
  }

  it('right before the fault is injected: it is not, and nothing of it stays', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ordeal-cut-'));
    const fault = {
      token: 'c0ffee00c0ffee00',
      seconds: 60,
      machineId: undefined,
      variables: { broken_thing: join(dir, 'broken') },
      functions: `probe() { :; }; record() { :; }; look() { :; }; undo() { :; }; apply() { : >"$broken_thing"; }`,
    };
    const talking = talk(hostAt({ ssh: server.place }), scriptOf(fault, 'inject'), context(), {
      mark: { ORDEAL_FAULT: fault.token },
      asks: { word: 'armed', asked: () => server.cut() },
    });
    await expect(talking).rejects.toThrow(/cannot be reached/);
    await until(async () => !existsSync(`/tmp/ordeal-fault-${fault.token}`));
    expect(existsSync(join(dir, 'broken'))).toBe(false);
    rmSync(dir, { recursive: true });
  });
});

/** How the target is once nothing is left of what was started on it. */
async function afterwards(config: ReturnType<typeof configOf>, subject: Subject) {
  // A script that was cut off before it had asked ends by itself, and needs a moment for it.
  await until(async () => leftOf(config).length === 0);
  return { works: await subject.works(), fault: await hostDriver.status(config, context()) };
}
