import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Workload } from '@ordeal/shared/load/workload';
import { testTools } from '@ordeal/shared/testing/tools';
import { workloadMistakes } from '../src/check-workload.ts';
import { workloadOf } from './support/run.ts';

const folders: string[] = [];
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** The mistakes of journeys `name.ts` with these sources, beside other files. */
function mistakes(
  journeys: Readonly<Record<string, string>>,
  more: Partial<Workload> = {},
): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(journeys)) writeFileSync(join(dir, `${name}.ts`), text);
  const listed = Object.keys(journeys).map((name) => ({
    name,
    file: pathToFileURL(join(dir, `${name}.ts`)),
    weight: 1,
  }));
  return workloadMistakes(
    workloadOf('one-step', 'http://127.0.0.1:1', { journeys: listed, ...more }),
    testTools().node,
  );
}

const head = "import { defineJourney } from '@ordeal/shared/journey/journey';\n";
const journey = (run: string): string =>
  `${head}export default defineJourney({ name: 'bad', title: 'Bad', ${run} });\n`;
const sound = journey("async run(c) { await c.request('a', { path: '/' }); }");

describe('workloadMistakes', () => {
  it('finds nothing in what is sound', async () => {
    expect(await mistakes({ good: sound })).toEqual([]);
  });

  it('names file and line of types that do not fit, in every journey at once', async () => {
    const found = await mistakes({
      first: journey('async run(c) {\n  await c.request("a", { path: 3 });\n}'),
      second: journey('async run(c) { await c.requst("a"); }'),
      third: sound,
    });
    expect(found).toEqual([
      expect.stringMatching(
        /first\.ts:3:\d+: Type 'number' is not assignable to type 'string'\. \(TS2322\)$/,
      ),
      expect.stringMatching(/second\.ts:2:\d+: .*requst/),
    ]);
  });

  it('names what cannot be bundled once, although the compiler sees it as well', async () => {
    const found = await mistakes({ broken: 'export default {\n  run( {\n};\n', sound });
    const places = found.join('\n').match(/broken\.ts:\d+:\d+/g) ?? [];
    expect(found[0]).toMatch(/cannot be bundled for k6:\n {2}.*broken\.ts:\d+:\d+: /);
    expect(places.length).toBeGreaterThan(0);
    expect(new Set(places).size).toBe(places.length);
  });

  it('finds what runs in Node alone, data that is not there, and secrets that do not arrive', async () => {
    const found = await mistakes(
      { node: "import 'node:fs';\nexport default { run() {} };\n" },
      { secrets: { key: 'two\nlines' } },
    );
    expect(found.join('\n')).toMatch(/node\.ts:1:\d+: .*node:fs/);
    expect(found.join('\n')).toMatch(/Secret key has more than one line/);
    const [absent] = await mistakes({
      data: `${head}export default defineJourney({ name: 'data', title: 'D', data: { users: './absent.csv' }, async run(c) { c.data('users'); } });\n`,
    });
    expect(absent).toMatch(/absent\.csv: there is no such file/);
  });

  it('checks a script that was written by hand with the types of k6', async () => {
    const dir = mkdtempSync(join(import.meta.dirname, 'script-'));
    folders.push(dir);
    const file = join(dir, 'script.ts');
    writeFileSync(
      file,
      "import http from 'k6/http';\nexport default function () {\n  http.get(7);\n  http.gett('x');\n}\n",
    );
    const found = await workloadMistakes(
      workloadOf('one-step', 'http://127.0.0.1:1', {
        journeys: [],
        script: { file: pathToFileURL(file), scenarios: 'workload' },
      }),
      testTools().node,
    );
    expect(found).toEqual([
      expect.stringMatching(/script\.ts:3:\d+: .*number.*\(TS\d+\)$/),
      expect.stringMatching(/script\.ts:4:\d+: .*gett/),
    ]);
  });

  /** The mistakes of a script that was written by hand. */
  const ofScript = async (text: string): Promise<readonly string[]> => {
    const dir = mkdtempSync(join(import.meta.dirname, 'script-'));
    folders.push(dir);
    const file = join(dir, 'script.ts');
    writeFileSync(file, text);
    const script = { file: pathToFileURL(file), scenarios: 'workload' as const };
    return workloadMistakes(
      workloadOf('one-step', 'http://127.0.0.1:1', { journeys: [], script }),
      testTools().node,
    );
  };
  const globals = `export default function () {
  console.log('a', 1);
  console.warn(new TextDecoder().decode(new TextEncoder().encode('b')));
  clearTimeout(setTimeout(() => console.error(crypto.randomUUID()), 10));
  clearInterval(setInterval(() => {}, 10));
  void crypto.subtle.digest('SHA-256', crypto.getRandomValues(new Uint8Array(8)));
}
`;

  it.each([
    ['alone', globals],
    ['beside the types of a browser', `/// <reference lib="dom" />\n${globals}`],
  ])('knows what k6 has without an import, %s', async (_, text) => {
    expect(await ofScript(text)).toEqual([]);
  });

  it('does not know what only a browser has', async () => {
    expect(await ofScript('export default function () {\n  window.alert(1);\n}\n')).toEqual([
      expect.stringMatching(/script\.ts:2:\d+: .*window/),
    ]);
  });

  it('lets a journey write to the console, which Node and k6 have both', async () => {
    const said = journey("async run(c) { console.log('here'); await c.request('a', { path: '/' }); }");
    expect(await mistakes({ said })).toEqual([]);
  });
});
