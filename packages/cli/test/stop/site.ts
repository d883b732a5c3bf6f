import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath, geteuid, pid } from 'node:process';
import { holdLease } from '@ordeal/shared/lease/hold';
import { processPlace } from '@ordeal/shared/process/place';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { fileLease } from '../../src/run/lease.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'ordeal.js');
const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'src');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A small platform whose only journey can be made to hang, and the command on as many machines as one likes. */
export interface Site {
  /** Where the command is called, and where its runs are: the same for all machines, as on a volume of several pods. */
  readonly dir: string;
  /** The platform's. */
  readonly entry: string;
  /** Somebody else's run is at work on the platform, on a machine of that name, until what is given back is called. */
  atWork(machine: string): Promise<() => Promise<void>>;
  /** Runs the command on a machine of that name: with temporary files of its own, as another machine has. */
  on(machine: string, ...args: readonly string[]): Promise<Ended>;
  /** The same as another user of that machine, which only root can be. */
  onAsNobody(machine: string, ...args: readonly string[]): Promise<Ended>;
  /** The journey hangs from now on; resolves when the next one does. */
  hang(): Promise<void>;
  letGo(): void;
  close(): Promise<void>;
}

/** `guardrails` is TypeScript text that is added to the platform's, `parts` takes the place of other fields of its. */
export async function makeSite(guardrails = '', parts = ''): Promise<Site> {
  // As root not below a folder that other users cannot enter.
  const dir = mkdtempSync(join(geteuid?.() === 0 ? '/var/tmp' : tmpdir(), 'ordeal-stop-'));
  chmodSync(dir, 0o1777);
  let hanging: { readonly arrived: () => void; readonly open: ServerResponse[] } | undefined;
  const server = createServer((request, response) => {
    if (request.url === '/slow' && hanging !== undefined) {
      hanging.open.push(response);
      hanging.arrived();
    } else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const entry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = join(dir, 'platforms', 'shop');
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  writeFileSync(
    join(folder, 'scenarios', 'gameday.ts'),
    `export default { build: () => ({ name: 'gameday', title: 'Day', phases: [{ phase: 'smoke', name: 'smoke', title: 'Smoke' }] }) };`,
  );
  writeFileSync(
    join(folder, 'slow.ts'),
    `import { defineJourney } from '${shared}/journey/journey.ts';
     export default defineJourney({ name: 'slow', title: 'Slow', run: async (context) => {
       await context.request('slow', { method: 'GET', path: '/slow', expect: 200 });
     } });`,
  );
  writeFileSync(
    join(folder, 'platform.ts'),
    `import { definePlatform } from '${shared}/platform/platform.ts';
     export default definePlatform(() => ({
       name: 'shop', title: 'Shop', environment: 'test', entry: '${entry}', regions: ['a'], timeoutMs: 120_000,
       headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 't', allowedRegions: ['a'] }],
       health: [{ name: 'health', url: '/', expectStatus: 200 }],
       journeys: { slow: { file: new URL('slow.ts', import.meta.url), weight: 1 } },
       prometheus: { url: 'http://127.0.0.1:9', scrapeIntervalSeconds: 1, targets: [] },
       objectives: { 'smoke gate': { signal: { from: 'smoke', measure: 'failed' }, comparator: '<=', limit: 0, unit: 'checks' } },
       faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
       guardrails: { allowFaults: ['chaos-mesh', 'kubernetes'], maxRate: 1, maxTargets: 1, maxRunSeconds: 300,
         abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 }, ${guardrails} },
       ${parts}
     }));`,
  );
  const letGo = (): void => {
    for (const response of hanging?.open ?? []) response.end('{}');
    hanging = undefined;
  };
  const leasesOf = (machine: string): string => {
    const own = join(dir, machine);
    const leases = join(own, 'leases');
    mkdirSync(leases, { recursive: true });
    for (const one of [own, leases]) chmodSync(one, 0o1777);
    return leases;
  };
  const call = (
    machine: string,
    args: readonly string[],
    as: { uid?: number; gid?: number },
  ): Promise<Ended> =>
    new Promise((resolve) => {
      const own = join(dir, machine);
      const leases = leasesOf(machine);
      const options = {
        cwd: dir,
        env: { ...env, TMPDIR: own, ORDEAL_LEASES: leases, NO_COLOR: '1', FORCE_COLOR: undefined },
        ...as,
      };
      execFile(execPath, [bin, ...args], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  return {
    dir,
    entry,
    atWork: async (machine) => {
      const leases = leasesOf(machine);
      const lease = fileLease(leases, { name: 'shop', entry }, { pid, place: processPlace() }, systemClock);
      const holder = { run: 'another-run', by: 'ada@here', since: '2026-03-01T02:00:00Z' };
      const held = await holdLease(lease, holder, { clock: systemClock, say: () => {} });
      return async () => {
        if (held.taken) await held.release();
      };
    },
    on: (machine, ...args) => call(machine, args, {}),
    onAsNobody: (machine, ...args) => call(machine, args, { uid: 65_534, gid: 65_534 }),
    hang: () =>
      new Promise((arrived) => {
        hanging = { arrived, open: [] };
      }),
    letGo,
    close: async () => {
      letGo();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
