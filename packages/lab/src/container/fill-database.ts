import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { Client } from 'pg';
import { contractOf } from '../api/contracts/contracts.ts';
import { tables } from '../startup/schema.ts';
import type { Databases } from './settings.ts';

const AGAIN_AFTER_MS = 2_000;
/** Any number: whoever fills the database takes it first, so that two never do. */
const LOCK = 64_738;

/**
 * Makes the platform's tables where they are not there yet, on the node that takes writes; tries until `deadline`, in
 * milliseconds of the clock, as an operator needs its time to bring a database up. Throws what kept it, then.
 */
export async function fillDatabase(
  { platform, databases }: { readonly platform: string; readonly databases: Databases },
  {
    clock,
    deadline,
    say,
  }: { readonly clock: Clock; readonly deadline: number; readonly say: (line: string) => void },
): Promise<'made' | 'were there'> {
  for (;;) {
    const kept: string[] = [];
    for (const [name, url] of Object.entries(databases)) {
      try {
        const did = await fill(url, platform);
        if (did !== 'is a standby') return did;
        kept.push(`${name} is a standby`);
      } catch (error) {
        kept.push(`${name}: ${reasonOf(error)}`);
      }
    }
    if (clock.now() > deadline) throw new Error(`No node could be filled: ${kept.join('; ')}`);
    say(`${kept.join('; ')}: tried again in ${AGAIN_AFTER_MS / 1000} s`);
    await clock.sleep(AGAIN_AFTER_MS);
  }
}

async function fill(
  connectionString: string,
  platform: string,
): Promise<'made' | 'were there' | 'is a standby'> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // Whatever was under way is rejected with it.
  try {
    await client.connect();
    const [node] = (await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')).rows;
    if (node?.standby !== false) return 'is a standby';
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const { rows } = await client.query<{ there: boolean }>(
      `SELECT to_regclass('public.tenants') IS NOT NULL AS there`,
    );
    if (rows[0]?.there === true) return 'were there';
    await client.query(tables(contractOf(platform).schema));
    await client.query('COMMIT');
    return 'made';
  } finally {
    await client.end().catch(() => undefined);
  }
}
