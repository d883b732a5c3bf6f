import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleScript } from '../../packages/load/src/bundle/bundle.ts';
import type { ScriptSpec } from '../../packages/load/src/k6/script-spec.ts';
import type { Workload } from '../../packages/shared/src/load/workload.ts';

/** Who wrote what k6 runs: Ordeal from a journey, the same with its `await`s left in, or somebody for k6 alone. */
export type Kind = 'bundle' | 'awaited' | 'by hand';

/** Three scripts that make the same requests to a server on loopback, as files in `dir`. */
export async function scriptsFor(
  dir: string,
  port: number,
  load: 'at a fixed rate' | 'flat out',
  seconds: number,
): Promise<Readonly<Record<Kind, string>>> {
  const entry = `http://127.0.0.1:${port}`;
  const scenario =
    load === 'flat out'
      ? { executor: 'constant-vus', vus: 10, duration: `${seconds}s` }
      : {
          executor: 'constant-arrival-rate',
          rate: 1000,
          duration: `${seconds}s`,
          preAllocatedVUs: 50,
          maxVUs: 50,
        };
  const options = {
    scenarios: { one: { ...scenario, exec: 'journey0' } },
    systemTags: ['name', 'expected_response'],
    discardResponseBodies: false,
  };
  const journey = join(import.meta.dirname, 'load-journey.ts');
  const headers = { 'x-key': 'secret', 'x-ordeal-run': 'bench' };
  const workload: Workload = {
    name: 'bench',
    rate: 1e9,
    atMostSeconds: seconds,
    journeys: [{ name: 'bench', file: pathToFileURL(journey), weight: 1 }],
    entry,
    headers,
    timeoutMs: 5000,
    tenantHeader: 'x-tenant',
    tenants: ['acme'],
    limitsMs: [100],
    checks: [],
  };
  const spec: ScriptSpec = {
    run: 'bench',
    worker: 'bench',
    origin: entry,
    base: `${entry}/`,
    headers,
    timeoutMs: 5000,
    tenantHeader: 'x-tenant',
    tenants: ['acme'],
    limitsMs: [100],
    checks: [],
    rate: 1e9,
    stopUrl: '',
    options,
  };
  const byHand = `
    import http from 'k6/http';
    import { check } from 'k6';
    import exec from 'k6/execution';
    export const options = ${JSON.stringify(options)};
    const headers = { ...${JSON.stringify(headers)}, 'x-tenant': 'acme' };
    export function journey0() {
      const id = 'bench-' + exec.vu.idInTest + '-' + exec.vu.iterationInInstance;
      const made = http.post('${entry}/items/' + id, JSON.stringify({ run: 'bench', words: 'two words' }), {
        headers: { ...headers, 'content-type': 'application/json' }, timeout: 5000, redirects: 0, tags: { name: 'make item' },
      });
      check(made, { 'made': (r) => r.status === 201 });
      const seen = http.get('${entry}/items/' + id + '?by=acme', { headers, timeout: 5000, redirects: 0, tags: { name: 'read item' } });
      check(seen, { 'seen': (r) => r.status < 400 });
      check(null, { 'the same': () => JSON.parse(seen.body).id === JSON.parse(made.body).id });
    }`;
  const texts: Readonly<Record<Kind, string>> = {
    bundle: (await bundleScript(workload, spec)).script,
    awaited: (await bundleScript(workload, spec, { keepAwait: true })).script,
    'by hand': byHand,
  };
  const write = (kind: Kind): string => {
    const path = join(dir, `${kind.replaceAll(' ', '-')}-${load.replaceAll(' ', '-')}.js`);
    writeFileSync(path, texts[kind]);
    return path;
  };
  return { bundle: write('bundle'), awaited: write('awaited'), 'by hand': write('by hand') };
}
