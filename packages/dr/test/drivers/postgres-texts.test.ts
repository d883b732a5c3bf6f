import { expect, it } from 'vitest';
import { leftAt } from '../../src/drivers/postgres/ancestor.ts';
import { parsePostgresStore } from '../../src/drivers/postgres/config.ts';
import { standbyConninfo, withoutPassword } from '../../src/drivers/postgres/conninfo.ts';
import { withReplication } from '../../src/drivers/postgres/settings-file.ts';

const node = {
  name: 'a',
  region: 'a',
  url: 'postgresql://postgres@127.0.0.1:5432/postgres',
  dataDir: '/data/a',
  binDir: '/bin',
  upstreamUrl: 'postgresql://postgres@127.0.0.1:5433/postgres',
  slot: 'standby_a',
  service: { start: ['start'], stop: ['stop'] },
};

it('parses a store, and names all mistakes at once', () => {
  const good = { nodes: [node, { ...node, name: 'b', dataDir: '/data/b' }] };
  expect(parsePostgresStore(good, 'stores.main.config')).toEqual({
    ok: true,
    value: { ...good, synchronous: false },
  });
  const { slot: _, ...slotless } = node;
  const bad = { nodes: [slotless, { ...node, service: { start: [] }, url: 'mysql://x' }] };
  const result = parsePostgresStore(bad, 'stores.main.config');
  expect(result.ok || result.diagnostics.map((one) => one.path)).toEqual([
    'stores.main.config.nodes[0].slot',
    'stores.main.config.nodes[1].url',
    'stores.main.config.nodes[1].service.start',
    'stores.main.config.nodes[1].service.stop',
  ]);
  const twice = parsePostgresStore({ nodes: [node, node] }, 'x');
  expect(twice.ok || twice.diagnostics.map((one) => one.expected)).toEqual([
    'nodes with different names',
    'nodes with different data directories',
  ]);
  expect(parsePostgresStore({ nodes: [node] }, 'x').ok).toBe(false);
});

it('replaces replication settings and leaves the others', () => {
  const text =
    "# by ALTER SYSTEM\nwork_mem = '8MB'\nprimary_conninfo = 'old'\n  Recovery_target_time='now'\n";
  expect(withReplication(text, { primary_conninfo: "it's", primary_slot_name: '' })).toBe(
    "# by ALTER SYSTEM\nwork_mem = '8MB'\nprimary_conninfo = 'it''s'\nprimary_slot_name = ''\n",
  );
});

it('connects under its own name, and keeps passwords off the command line', () => {
  const url = 'postgresql://postgres:p%40ss@h:1/db?application_name=x&sslmode=disable';
  expect(standbyConninfo({ name: 'a', upstreamUrl: url })).toBe(
    'postgresql://postgres:p%40ss@h:1/db?application_name=a&sslmode=disable',
  );
  expect(withoutPassword(url)).toEqual({
    url: 'postgresql://postgres@h:1/db?application_name=x&sslmode=disable',
    password: 'p@ss',
  });
});

it('reads where a history left a timeline', () => {
  const history =
    '1\t0/3000000\tno recovery target specified\n\n2\t0/50001A8\tno recovery target specified\n';
  expect(leftAt(history, 2)).toBe('0/50001A8');
  expect(leftAt(history, 3)).toBeUndefined();
});
