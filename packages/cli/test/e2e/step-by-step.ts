import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { Running, Workplace } from './ordeal.ts';

/** A drill with `--step` whose steps are approved by a file, and what the lab's databases say meanwhile. */

/** Where a drill of this workplace asks (`.question` behind it) and is answered. */
export function answerFile({ dir }: Workplace): string {
  return join(dir, 'answer.json');
}

/** Flags that make a drill ask before each step. */
export function stepping(workplace: Workplace): readonly string[] {
  return ['--step', '--approve', `file:${answerFile(workplace)}`];
}

/** Approves every step of the phase before this one, and this one; returns when it may go. */
export async function walkInto(
  workplace: Workplace,
  { phase, step }: { readonly phase: string; readonly step: string },
  { child, finished }: Running,
): Promise<void> {
  const file = answerFile(workplace);
  for (const deadline = performance.now() + 240_000; performance.now() < deadline;) {
    if (child.exitCode !== null) throw new Error(`it ended before step ${step}: ${(await finished).stdout}`);
    const asked = readQuestion(file);
    if (asked !== undefined) {
      const answer = { approved: true, by: 'the test', token: asked.token };
      writeFileSync(`${file}.new`, JSON.stringify(answer));
      renameSync(`${file}.new`, file);
      await within(30_000, 'the answer is taken', () => readQuestion(file)?.token !== asked.token);
      if (asked.question.includes(`Next step of ${phase} is "${step}"`)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const last = JSON.stringify(workplace.journal().slice(-8));
  throw new Error(`nobody was asked about step ${step}: ${last}`);
}

function readQuestion(file: string): { readonly question: string; readonly token: string } | undefined {
  try {
    return JSON.parse(readFileSync(`${file}.question`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Resolves with the milliseconds until it held. */
export async function within(
  ms: number,
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  const started = performance.now();
  for (;;) {
    if (await holds()) return performance.now() - started;
    if (performance.now() - started > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether the node of a region is a primary, as itself says. */
export async function takesWrites(where: LabSite, region: 'a' | 'b'): Promise<boolean> {
  const { Client } = (await import('pg')).default;
  const client = new Client({
    connectionString: where.regions[region].postgres.url,
    connectionTimeoutMillis: 500,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
    return rows[0]?.standby === false;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
