import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Clock } from '@ordeal/shared/time/clock';
import type { ApiConfig } from '../api/config.ts';
import type { DeployLayout, Place } from './layout.ts';
import { defectOf, releasedDefect } from './versions.ts';

const ANSWER_WITHIN_MS = 2_000;
/** A replica is unseen after so long a silence: a machine that is busy keeps one from answering for a while. */
const SILENT_MS = 10_000;
const ASK_AGAIN_MS = 200;

/** Which version will run at a place when its process starts the next time. */
export function versionAt({ configFile }: Place): string {
  return configOf(configFile).version;
}

export function setVersionAt({ configFile }: Place, version: string, { sabotage }: DeployLayout): void {
  const { defect: _, ...config } = configOf(configFile);
  const defect = defectOf(version, releasedDefect(sabotage));
  const text = JSON.stringify({ ...config, version, ...(defect && { defect }) }, null, 2);
  writeFileSync(`${configFile}.new`, text, { mode: 0o600 });
  renameSync(`${configFile}.new`, configFile);
}

function configOf(file: string): ApiConfig {
  return JSON.parse(readFileSync(file, 'utf8')) as ApiConfig;
}

/** Which version the process there says that it is; undefined when none answers. */
export async function servedAt({ address }: Place, { contract }: DeployLayout): Promise<string | undefined> {
  try {
    const response = await fetch(`http://${address}${contract.health.live}`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.headers.get('x-version') ?? undefined;
  } catch {
    return undefined;
  }
}

/** What replicas have answered, by their own metrics, health checks aside. */
export interface Answers {
  readonly count: number;
  readonly failed: number;
  /** Of all of them together. */
  readonly seconds: number;
}

/** Rejects when they do not tell for ten seconds: what is not seen cannot be called well. */
export async function answersOf(
  place: Pick<Place, 'address'>,
  layout: Pick<DeployLayout, 'contract'>,
  clock: Clock,
): Promise<Answers> {
  const until = clock.now() + SILENT_MS;
  for (;;) {
    try {
      return await askAnswers(place, layout);
    } catch (error) {
      if (clock.now() >= until) throw error;
    }
    await clock.sleep(ASK_AGAIN_MS);
  }
}

async function askAnswers(
  { address }: Pick<Place, 'address'>,
  layout: Pick<DeployLayout, 'contract'>,
): Promise<Answers> {
  const response = await fetch(`http://${address}/metrics`, {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`its metrics answer ${response.status}`);
  return readAnswers(text, layout.contract);
}

export function readAnswers(text: string, { health, metrics }: DeployLayout['contract']): Answers {
  const aside: readonly string[] = [health.live, health.ready, '/health'];
  let [count, failed, seconds] = [0, 0, 0];
  for (const line of text.split('\n')) {
    const parts = /^(\w+)\{(.*)\} (\S+)$/.exec(line);
    if (parts === null) continue;
    const [, name, labels = '', value] = parts;
    const label = (one: string): string => new RegExp(`\\b${one}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (aside.includes(label(metrics.pathLabel))) continue;
    if (name === metrics.requests) {
      count += Number(value);
      if (label('status').startsWith('5')) failed += Number(value);
    }
    if (name === `${metrics.durations}_sum`) seconds += Number(value);
  }
  return { count, failed, seconds };
}
