import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { expect, test } from 'vitest';
import { typesFrom } from '../../../../scripts/generate/chaos-mesh-types.ts';
import { plurals } from '../../src/chaos-mesh/types/kinds.ts';
import { chaosMeshCrds, specSchemas, withoutCrds, type OpenApi } from './crds.ts';

const types = join(import.meta.dirname, '../../src/chaos-mesh/types');

test.skipIf(leftOut(withoutCrds))('the committed types are what the CRDs give today', async () => {
  const generated = typesFrom(chaosMeshCrds);
  expect(readdirSync(types).toSorted()).toEqual([...generated.keys()].toSorted());
  for (const [name, text] of generated) {
    const path = join(types, name);
    const pretty = await format(text, { ...(await resolveConfig(path)), filepath: path });
    expect(readFileSync(path, 'utf8'), name).toBe(pretty);
  }
});

/*
 * The generator is not asked here: objects are made from the schemas, and the compiler says what it makes of them.
 * A field more, a required one less, a wrong enum, a wrong type: each must be an error.
 */
test.skipIf(leftOut(withoutCrds))('the compiler takes what the schemas take, and refuses the rest', () => {
  const dir = join(import.meta.dirname, '../../test-results/types');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const schemas = specSchemas();
  let good = 0;
  let bad = 0;
  const lines = ["import type { ChaosMeshKinds } from '../../src/chaos-mesh/types/kinds.ts';"];
  const add = (kind: string, value: unknown, wrong: boolean): void => {
    if (wrong) lines.push('// @ts-expect-error -- not as in the schema');
    lines.push(`export const v${good + bad}: ChaosMeshKinds['${kind}']['spec'] = ${JSON.stringify(value)};`);
    if (wrong) bad += 1;
    else good += 1;
  };
  for (const kind of Object.keys(plurals)) {
    const schema = schemas.get(kind);
    if (schema === undefined) throw new Error(`no schema of ${kind}`);
    add(kind, example(schema, 'required'), false);
    add(kind, example(schema, 'all'), false);
    for (const wrong of spoilt(schema)) add(kind, wrong, true);
  }
  writeFileSync(join(dir, 'values.ts'), `${lines.join('\n')}\n`);
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../../tsconfig.base.json',
      compilerOptions: { noEmit: true },
      include: ['values.ts'],
    }),
  );
  const compiler = join(import.meta.dirname, '../../../../node_modules/.bin/tsc');
  const result = spawnSync(process.execPath, [compiler, '-p', join(dir, 'tsconfig.json')], {
    encoding: 'utf8',
  });
  expect(result.stdout.split('\n').slice(0, 5).join('\n')).toBe('');
  expect(result.status).toBe(0);
  expect(good).toBe(2 * Object.keys(plurals).length);
  expect(bad).toBeGreaterThan(150);
});

/** A value that the schema takes: with what is required alone, or with everything, three levels deep. */
function example(schema: OpenApi, which: 'required' | 'all', depth = 0): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'string':
      return 'x';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return which === 'required' || depth > 3 ? [] : [example(schema.items ?? {}, which, depth + 1)];
    default: {
      if (schema.properties === undefined) {
        return schema.additionalProperties === undefined || which === 'required'
          ? {}
          : { key: example(schema.additionalProperties, which, depth + 1) };
      }
      const names = Object.keys(schema.properties).filter(
        (name) => schema.required?.includes(name) === true || (which === 'all' && depth < 3),
      );
      return Object.fromEntries(
        // A task's container and volumes are Kubernetes' own, and no business of these CRDs.
        names
          .filter((name) => name !== 'task')
          .map((name) => [name, example(schema.properties?.[name] ?? {}, which, depth + 1)]),
      );
    }
  }
}

/** Values that the schema does not take, one mistake each. */
function* spoilt(schema: OpenApi): Generator<unknown> {
  const whole = example(schema, 'all') as Record<string, unknown>;
  yield { ...whole, 'no-such-field': 1 };
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name) === true) {
      const { [name]: _, ...rest } = whole;
      yield rest;
    }
    if (inner.enum !== undefined || inner.type === 'string') yield { ...whole, [name]: 4711 };
    if (inner.enum !== undefined) yield { ...whole, [name]: 'no-such-value' };
    if (inner.type === 'integer' || inner.type === 'boolean') yield { ...whole, [name]: 'text' };
    if (inner.type === 'array') yield { ...whole, [name]: 'text' };
    for (const required of inner.required ?? []) {
      const { [required]: _, ...rest } = example(inner, 'all', 1) as Record<string, unknown>;
      yield { ...whole, [name]: rest };
    }
  }
}
