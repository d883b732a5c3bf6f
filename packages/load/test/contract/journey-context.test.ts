import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { k6Programs } from '../support/k6-programs.ts';
import { inBundle, inK6, inNode, secrets, startShop, type Shop, type Trace } from './worlds.ts';

const programs: Record<string, string> = { ...k6Programs() };
let shop: Shop;

/** A build with xk6-ts is tested where one is at hand; its module is not everywhere to be had. */
const withTypeScript = env['XK6_TS_BIN'];
if (withTypeScript !== undefined) programs['k6 1 with xk6-ts'] = withTypeScript;
const versions = Object.keys(programs);

beforeAll(async () => {
  shop = await startShop();
}, 300_000);
afterAll(() => shop.close());

function sorted(traces: readonly Trace[]): readonly string[] {
  return traces.map((trace) => trace.join('\n')).sort();
}

describe('a journey in Node and in both versions of k6', () => {
  it.each(versions)('makes the same requests in Node and in %s', async (version) => {
    const seen = await inK6('requests', shop, programs[version] as string);
    expect(seen.errors).toEqual({});
    expect(seen.record).toMatchObject({ failed: 0, dropped: 0, requests: 8 * seen.record.achieved });
    const node = await inNode('requests', shop, seen.record.achieved);
    expect(node.failures).toEqual([]);
    expect(sorted(seen.traces)).toEqual(sorted(node.traces));
    // More iterations than rows: every row was used, and the journal says that they began again.
    expect(new Set(sorted(node.traces)).size).toBe(6);
    expect([...seen.warnings].sort()).toEqual([
      expect.stringContaining('all 2 rows of data set items'),
      expect.stringContaining('all 3 rows of data set users'),
    ]);
    const files = readdirSync(seen.dir, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.map(({ name }) => name)).toContain('k6.log');
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(secrets['api-key']);
    }
    seen.clear();
  });

  it.each(versions)('has the same conversations over sockets in Node and in %s', async (version) => {
    const seen = await inK6('sockets', shop, programs[version] as string);
    const { achieved } = seen.record;
    expect(seen.errors).toEqual({ 'no WebSocket': achieved, 'message never': achieved });
    expect(seen.record).toMatchObject({ failed: 2 * achieved, requests: 5 * achieved, dropped: 0 });
    const node = await inNode('sockets', shop, achieved);
    expect(node.failures).toHaveLength(2 * achieved);
    expect(node.failures.slice(0, 2).join('\n')).toMatch(
      /^open nothing: expected a connection, got none: .*\nnever: expected a message, got none: timeout$/,
    );
    expect(sorted(seen.traces)).toEqual(sorted(node.traces));
    seen.clear();
  });

  it.each(versions)('makes the same requests with await and without it in %s', async (version) => {
    const k6 = programs[version] as string;
    const plain = await inBundle('requests', shop, k6, false);
    const awaited = await inBundle('requests', shop, k6, true);
    // An arrival at the very end may or may not still begin: what is compared is what every iteration does.
    const kinds = (traces: readonly Trace[]) => [...new Set(sorted(traces))];
    expect(kinds(plain)).toHaveLength(6);
    expect(kinds(plain)).toEqual(kinds(awaited));
  });
});
