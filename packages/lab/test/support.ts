import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { promisify } from 'node:util';
import type { LabRegion, LabSite } from '@ordeal/shared/platform/site';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect } from 'vitest';
import type { UnitStatus } from '../src/control/protocol.ts';
import { labNeeds, labUp, type LabUpOptions } from '../src/lab.ts';

const run = promisify(execFile);

/** A name that no other test process uses. */
export function labName(suffix: string): string {
  return `t${pid}-${suffix}`;
}

export async function up(name: string, options: Partial<LabUpOptions> = {}): Promise<LabSite> {
  const { platform = 'agentic-platform' } = options;
  return await labUp({
    name,
    platform,
    tools: testTools(labNeeds(platform)),
    sabotage: [],
    clock: systemClock,
    say: () => undefined,
    ...options,
  });
}

/** Runs the region's control command as a driver would. */
export async function control(region: LabRegion, verb: string, unit: string): Promise<UnitStatus> {
  const [program, ...args] = region.control;
  const { stdout } = await run(program!, [...args, verb, unit], { encoding: 'utf8' });
  return JSON.parse(stdout) as UnitStatus;
}

/** SIGKILL to every process of a region at once, as the loss of a region is staged. */
export async function lose(region: LabRegion): Promise<void> {
  const { processes } = await control(region, 'status', region.name);
  for (const process of processes) kill(process.pid, 'SIGKILL');
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export async function call<Body = Record<string, unknown>>(
  base: string,
  method: string,
  path: string,
  json?: unknown,
  tenant = 'ordeal',
): Promise<Answer<Body>> {
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...(tenant && { 'x-tenant-id': tenant }) },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(3_000),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Body,
  };
}

/** Waits until `look` gives a value, and says how long that took (ms). */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  withinMs = 10_000,
): Promise<{ readonly value: Value; readonly tookMs: number }> {
  const begun = systemClock.now();
  for (;;) {
    const value = await look().catch(() => undefined);
    const tookMs = systemClock.now() - begun;
    if (value !== undefined && value !== false) return { value, tookMs };
    if (tookMs > withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await systemClock.sleep(20);
  }
}

export async function instant(site: LabSite, query: string) {
  const url = `${site.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
  const body = (await (await fetch(url)).json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return body.data.result;
}

/** Nothing of the lab is left: no process that names its directory, and no directory. */
export function expectGone(dir: string): void {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  expect(lines.filter((line) => line.includes(`${dir}/`))).toEqual([]);
  expect(existsSync(dir)).toBe(false);
}
