import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import type { AutoscalerSpec } from '@ordeal/shared/platform/autoscaler-spec';
import type { RunRecord } from '@ordeal/shared/record/record';
import { writeShop } from '../../shop-platform.ts';

const bin = join(import.meta.dirname, '..', '..', '..', 'bin', 'ordeal.js');

/** A platform of a folder of its own that promises an autoscaler, and how `ordeal` is run on it. */
export interface Shop {
  /** Its baseline, for so long after so long a warm-up. */
  load(lasting: { readonly warmUp: string; readonly for: string }): Promise<Ended>;
  ordeal(...args: readonly string[]): Promise<Ended>;
  /** Name and record of its newest run. */
  newest(): { readonly run: string; readonly record: RunRecord };
}

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

interface ShopSettings {
  readonly entry: string;
  readonly prometheus: string;
  /** Iterations a second. */
  readonly rate: number;
  readonly autoscaler: AutoscalerSpec;
  /** What it promises of Deployments, by their names; as a platform file states it. */
  readonly pods?: object;
}

export function openShop(dir: string, { entry, prometheus, rate, autoscaler, pods }: ShopSettings): Shop {
  const promised = pods === undefined ? '' : ` pods: ${JSON.stringify(pods)},`;
  const own = `autoscalers: { api: ${JSON.stringify(autoscaler)} },${promised}`;
  writeShop(dir, { entry, prometheus, rate, own });
  const ordeal = (...args: readonly string[]): Promise<Ended> => {
    const child = spawn(execPath, [bin, ...args], {
      cwd: dir,
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
  };
  return {
    ordeal,
    load: ({ warmUp, for: duration }) =>
      ordeal('load', 'baseline', '--platform', 'shop', '--warm-up', warmUp, '--for', duration),
    newest: () => {
      const runs = join(dir, '.ordeal', 'runs');
      const run = readdirSync(runs).toSorted().at(-1) ?? 'none';
      const record = JSON.parse(readFileSync(join(runs, run, 'record.json'), 'utf8')) as RunRecord;
      return { run, record };
    },
  };
}
