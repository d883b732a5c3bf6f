import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { $ } from 'zx';
import { components } from '../../packages/shared/src/toolchain/components.ts';
import { locate } from '../../packages/shared/src/toolchain/find.ts';
import { root } from '../ordeal.ts';
import { cacheDir } from '../toolchain/install.ts';

/** A program that makes the checks once and ends with 0 when all of them hold. */
export interface Checked {
  readonly name: string;
  readonly argv: readonly string[];
}

/** Where other tools are kept from one bench to the next. */
const installed = join(root, '.cache', 'bench');

type Peer = (dir: string, urls: readonly string[]) => Promise<Checked>;

/** The same checks for other tools, each installed when it is not there yet; and why others had to be left out. */
export async function peers(
  dir: string,
  entry: string,
  paths: readonly string[],
): Promise<{ readonly found: readonly Checked[]; readonly leftOut: readonly string[] }> {
  const found: Checked[] = [];
  const leftOut: string[] = [];
  for (const [name, peer] of Object.entries({ k6, Newman: newman, 'Chaos Toolkit': chaosToolkit })) {
    try {
      found.push(
        await peer(
          dir,
          paths.map((path) => `${entry}${path}`),
        ),
      );
    } catch (error) {
      leftOut.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { found, leftOut };
}

/** A bare script: all requests at once, a check each. */
const k6: Peer = async (dir, urls) => {
  const [component] = components.filter(({ name }) => name === 'k6');
  const located = component === undefined ? undefined : locate(component, { env: process.env, cacheDir });
  if (located?.found !== true) throw new Error('it is not there: npm run setup');
  const script = join(dir, 'k6.js');
  writeFileSync(
    script,
    `import http from 'k6/http';
import { check } from 'k6';
export const options = { vus: 1, iterations: 1, thresholds: { checks: ['rate==1'] } };
export default function () {
  const answers = http.batch(${JSON.stringify(urls.map((url) => ['GET', url]))});
  for (const answer of answers) check(answer, { 'is 200': ({ status }) => status === 200 });
}
`,
  );
  return { name: 'a bare k6 script', argv: [located.path, 'run', '--quiet', script] };
};

const newman: Peer = async (dir, urls) => {
  const folder = join(installed, 'newman');
  const program = join(folder, 'node_modules', 'newman', 'bin', 'newman.js');
  if (!existsSync(program)) {
    await $`npm install --prefix ${folder} --no-audit --no-fund --loglevel=error newman@6.2.2`.quiet();
  }
  const exec = ["pm.test('is 200', () => pm.response.to.have.status(200));"];
  const collection = join(dir, 'collection.json');
  writeFileSync(
    collection,
    JSON.stringify({
      info: {
        name: 'checks',
        schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
      },
      item: urls.map((url) => ({
        name: url,
        request: { method: 'GET', url },
        event: [{ listen: 'test', script: { type: 'text/javascript', exec } }],
      })),
    }),
  );
  return { name: 'Newman', argv: [process.execPath, program, 'run', collection] };
};

/** A steady-state hypothesis of a probe each, and nothing that is done to it. */
const chaosToolkit: Peer = async (dir, urls) => {
  const folder = join(installed, 'chaostoolkit');
  const program = join(folder, 'bin', 'chaos');
  if (!existsSync(program)) {
    await $`python3 -m venv ${folder}`.quiet();
    await $`${join(folder, 'bin', 'pip')} install --quiet chaostoolkit==1.19.0`.quiet();
  }
  const experiment = join(dir, 'experiment.json');
  writeFileSync(
    experiment,
    JSON.stringify({
      title: 'checks',
      description: 'checks',
      'steady-state-hypothesis': {
        title: 'checks hold',
        probes: urls.map((url) => ({
          type: 'probe',
          name: url,
          tolerance: 200,
          provider: { type: 'http', url, timeout: 10 },
        })),
      },
      method: [],
    }),
  );
  return {
    name: 'Chaos Toolkit',
    argv: [program, '--no-version-check', 'run', '--hypothesis-strategy', 'before-method-only', experiment],
  };
};
