import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleScript, type Bundle } from '../../src/bundle/bundle.ts';
import { specOf } from '../support/script.ts';
import { workloadOf } from '../support/run.ts';

const folders: string[] = [];
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** Bundles a journey of a few lines, both ways. */
async function bundle(source: string, helpers = ''): Promise<{ plain: Bundle; awaited: Bundle }> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-strip-'));
  folders.push(dir);
  writeFileSync(join(dir, 'helpers.ts'), helpers);
  writeFileSync(join(dir, 'journey.ts'), source);
  const workload = workloadOf('one', 'http://127.0.0.1:1', {
    journeys: [{ name: 'one', file: pathToFileURL(join(dir, 'journey.ts')), weight: 1 }],
  });
  const spec = specOf(workload);
  return {
    plain: await bundleScript(workload, spec),
    awaited: await bundleScript(workload, spec, { keepAwait: true }),
  };
}

const head = `import { defineJourney, type JourneyContext } from '@ordeal/shared/journey/journey';\n`;
const journeyOf = (run: string, before = '') =>
  `${head}${before}\nexport default defineJourney({ name: 'one', title: 'One', ${run} });\n`;

/** The part of a bundle that came from the journey's files. */
function ownPart({ script }: Bundle): string {
  const from = Math.max(script.indexOf('/helpers.ts\n'), script.indexOf('/journey.ts\n'));
  const first = script.search(/\/(?:helpers|journey)\.ts\n/);
  return script.slice(first, script.indexOf('src/k6/', from));
}

describe('await is taken out', () => {
  const cases: Readonly<Record<string, readonly [source: string, helpers?: string]>> = {
    'of a method': [journeyOf(`async run(context) { await context.request('a', { path: '/a' }); }`)],
    'of an arrow function': [
      journeyOf(`run: async (context) => { await context.think(1); await context.check('x', true); }`),
    ],
    'of a function': [journeyOf(`run: async function (c) { await c.think(1); }`)],
    'of an object without defineJourney': [
      `${head}export default { name: 'one', title: 'One', async run(c: JourneyContext) { await c.think(1); } };`,
    ],
    'in conditions, loops and expressions': [
      journeyOf(`async run(c) {
        for (let i = 0; i < 3; i += 1) {
          const a = (await c.request('a', { path: '/a' })).json<{ id: string }>()?.id;
          if (await c.check('b', a !== undefined)) await c.think(1);
          else return;
          const both = [await c.check('c', true), await c.check('d', true)];
          try { await c.think(both.length); } finally { await c.think(1); }
        }
      }`),
    ],
    'of an alias': [
      journeyOf(`async run(context) { const c = context; const d = c; await d.think(1); await c.think(2); }`),
    ],
    'of a context taken apart': [
      journeyOf(`async run({ request: ask, think, id }) { await ask(id, { path: '/' }); await think(1); }`),
    ],
    'of a context taken apart later': [
      journeyOf(
        `async run(context) { const { request, tenant } = context; await request(tenant, { path: '/' }); }`,
      ),
    ],
    'of helpers, and helpers of helpers': [
      journeyOf(
        `async run(context) { const id = await login('x', context); await context.check('id', id !== undefined); }`,
        `async function login(name: string, c: JourneyContext) { return step(c, name); }
         const step = async (c: JourneyContext, name: string) => (await c.request(name, { path: '/' })).json<string>();`,
      ),
    ],
    'of helpers in another file': [
      journeyOf(`async run(context) { await login(context); }`, `import { login } from './helpers.ts';`),
      `${head}export async function login(context: JourneyContext) { await context.request('a', { path: '/' }); }`,
    ],
    'of a helper within the journey': [
      journeyOf(`async run(context) {
        const step = async (path: string) => { await context.request(path, { path }); };
        await step('/a'); await step('/b');
      }`),
    ],
    'of a helper that only hands a call on': [
      journeyOf(
        `async run(context) { await ask(context); }`,
        `const ask = (c: JourneyContext) => c.request('a', { path: '/' });`,
      ),
    ],
    'of a helper that calls itself': [
      journeyOf(
        `async run(context) { await again(context, 3); }`,
        `async function again(c: JourneyContext, n: number): Promise<void> { await c.think(n); if (n > 0) await again(c, n - 1); }`,
      ),
    ],
    'where a callback reads the context': [
      journeyOf(`async run(context) {
        const answer = await context.request('a', { path: '/' });
        const mine = (answer.json<string[]>() ?? []).filter((one) => one === context.id);
        await context.check('mine', mine.length > 0);
      }`),
    ],
    'where words look alike': [
      journeyOf(`async run(context) {
        // await async
        const await_ = 'await context.think(1)'; const text = \`async \${await_} await\`;
        await context.check(text, true); await context.check('ä ö 😀', true); await context.think(1);
      }`),
    ],
  };

  it.each(Object.entries(cases))('%s', async (_, [source, helpers]) => {
    const { plain, awaited } = await bundle(source, helpers);
    expect(plain.kept).toEqual({});
    expect(ownPart(awaited)).toMatch(/\bawait\b/);
    const code = ownPart(plain).replaceAll(/\/\/.*|'[^']*'|"[^"]*"|`[^`]*`|await_/g, '');
    expect(code).not.toMatch(/\b(?:await|async)\b/);
    // Every line and column is where the source map says.
    expect(plain.script).toHaveLength(awaited.script.length);
    expect(
      plain.script
        .replaceAll(/\S/g, 'x')
        .split('\n')
        .map(({ length }) => length),
    ).toEqual(
      awaited.script
        .replaceAll(/\S/g, 'x')
        .split('\n')
        .map(({ length }) => length),
    );
    const words = (text: string) =>
      text
        .replaceAll(/\b(?:await|async)\b/g, '')
        .replaceAll('runAwaited', 'runPlain')
        .replaceAll(/\s+/g, '');
    expect(words(plain.script)).toBe(words(awaited.script));
  });
});

describe('await stays', () => {
  const cases: Readonly<Record<string, readonly [source: string, why: RegExp, helpers?: string]>> = {
    'where promises are combined': [
      journeyOf(`async run(c) { await Promise.all([c.think(1), c.think(2)]); }`),
      /not awaited where it stands/,
    ],
    'where a promise is kept': [
      journeyOf(`async run(c) { const p = c.request('a', { path: '/' }); await c.think(1); await p; }`),
      /not awaited where it stands/,
    ],
    'where then is called': [
      journeyOf(
        `async run(c) { await c.request('a', { path: '/' }).then((a) => c.check('x', a.status === 200)); }`,
      ),
      /not awaited where it stands/,
    ],
    'where something is not awaited': [
      journeyOf(`async run(c) { void c.think(1); await c.think(2); }`),
      /not awaited where it stands/,
    ],
    'where something else is awaited': [
      journeyOf(`async run(c) { await c.think(1); await soon(); }`, `const soon = async () => 1;`),
      /awaits something else/,
    ],
    'where a value is awaited': [
      journeyOf(`async run(c) { const n = 1; await n; await c.think(n); }`),
      /awaits something else/,
    ],
    'where a socket is used': [
      journeyOf(`async run(c) { const s = await c.socket('s', { path: '/' }); await s.close(); }`),
      /socket/,
    ],
    'in callbacks': [
      journeyOf(`async run(c) { [1, 2].forEach(async (n) => { await c.think(n); }); await c.think(1); }`),
      /without a name/,
    ],
    'in a helper that is also a value': [
      journeyOf(
        `async run(c) { await step(c); await c.check('it', [1].map(String).length === 1 && typeof step === 'function'); }`,
        `async function step(c: JourneyContext) { await c.think(1); }`,
      ),
      /more than called/,
    ],
    'where the context goes somewhere unknown': [
      journeyOf(`async run(c) { await Reflect.apply(c.think, c, [1]); await c.think(1); }`),
      /another way than by a call/,
    ],
    'where the context is kept': [
      journeyOf(`async run(c) { kept.push(c); await c.think(1); }`, `const kept: JourneyContext[] = [];`),
      /not a function of the journeys/,
    ],
    'where the context is replaced': [
      journeyOf(`async run(context) { context = { ...context }; await context.think(1); }`),
      /for certain|itself is kept/,
    ],
    'where a name is used twice': [
      journeyOf(
        `async run(c) { await c.think(1); { const c = { think: async (n: number) => n }; await c.think(1); } }`,
      ),
      /something else|for certain/,
    ],
    'where a member is not written out': [
      journeyOf(`async run(c) { const which = 'think' as const; await c[which](1); }`),
      /another way than by a call/,
    ],
    'where the rest of the context is taken': [
      journeyOf(`async run({ id, ...rest }) { await rest.think(1); await rest.check(id, true); }`),
      /unusual way/,
    ],
    'in a helper that is called with something else as well': [
      journeyOf(
        `async run(c) { await step(c); await step(other); }`,
        `const other = { think: async (n: number) => {} } as unknown as JourneyContext; async function step(c: JourneyContext) { await c.think(1); }`,
      ),
      /without the context/,
    ],
    'in a helper that may return a promise': [
      journeyOf(
        `async run(c) { await step(c); }`,
        `const later = (n: number) => new Promise<number>((done) => done(n)); async function step(c: JourneyContext) { await c.think(1); return later(1); }`,
      ),
      /may return a promise/,
    ],
    'in a helper that returns something new': [
      journeyOf(
        `async run(c) { await step(c); }`,
        `class Later extends Promise<number> {} async function step(c: JourneyContext) { await c.think(1); return new Later((done) => done(1)); }`,
      ),
      /may return a promise/,
    ],
    'in another journey that calls this one': [
      journeyOf(
        `async run(c) { await inner.run(c); }`,
        `const inner = defineJourney({ name: 'i', title: 'I', async run(c) { await c.think(1); } });`,
      ),
      /not a function of the journeys/,
    ],
    'in a journey that is not written out': [
      `${head}const run = async (c: JourneyContext) => { await c.think(1); };\nexport default defineJourney(Object.assign({ name: 'one', title: 'One', run }));`,
      /not written out/,
    ],
    'in a class': [
      `${head}class One { name = 'one'; title = 'One'; async run(c: JourneyContext) { await c.think(1); } }\nexport default new One();`,
      /not written out/,
    ],
    'in a generator': [
      journeyOf(
        `async run(c) { for (const n of numbers(c)) await c.think(n); }`,
        `function* numbers(c: JourneyContext) { yield c.id.length; c.check('x', true); }`,
      ),
      /generator|not awaited|more than called/,
    ],
  };

  it.each(Object.entries(cases))('%s', async (_, [source, why, helpers]) => {
    const { plain, awaited } = await bundle(source, helpers);
    expect(plain.kept).toEqual({ one: expect.stringMatching(why) });
    expect(plain.script).toBe(awaited.script);
  });

  it('in a journey that shares a helper with one that is in doubt', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ordeal-strip-'));
    folders.push(dir);
    const helper = `${head}export async function step(c: JourneyContext) { await c.think(1); }`;
    const use = `import { step } from './helpers.ts';`;
    writeFileSync(join(dir, 'helpers.ts'), helper);
    writeFileSync(join(dir, 'sure.ts'), journeyOf(`async run(c) { await step(c); }`, use));
    writeFileSync(join(dir, 'doubtful.ts'), journeyOf(`async run(c) { await step(c).then(() => {}); }`, use));
    writeFileSync(join(dir, 'alone.ts'), journeyOf(`async run(c) { await c.think(1); }`));
    const workload = workloadOf('one', 'http://127.0.0.1:1', {
      journeys: ['sure', 'doubtful', 'alone'].map((name) => ({
        name,
        file: pathToFileURL(join(dir, `${name}.ts`)),
        weight: 1,
      })),
    });
    const { kept, script } = await bundleScript(workload, specOf(workload));
    expect(Object.keys(kept)).toEqual(['sure', 'doubtful']);
    expect(script.match(/runtime\.runAwaited\(/g)).toHaveLength(2);
    expect(script.match(/runtime\.runPlain {2}\(/g)).toHaveLength(1);
  });
});
