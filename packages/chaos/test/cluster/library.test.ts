import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { testTools } from '@ordeal/shared/testing/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChaosMeshCluster, withoutCluster, type ChaosMeshCluster } from '../chaos-mesh/cluster.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');

/** The client as somebody else's program uses it: by its public paths, from outside of the workspace. */
describe.skipIf(leftOut(withoutCluster))(
  `@ordeal/chaos/chaos-mesh, as a library ${withoutCluster ?? ''}`,
  () => {
    let chaos: ChaosMeshCluster;
    let dir: string;

    beforeAll(async () => {
      chaos = await startChaosMeshCluster();
      await chaos.namespace('shop');
      await chaos.pod('shop', 'api-1');
      dir = mkdtempSync(join(tmpdir(), 'ordeal-consumer-'));
      mkdirSync(join(dir, 'node_modules', '@ordeal'), { recursive: true });
      for (const name of ['chaos', 'shared']) {
        symlinkSync(join(root, 'packages', name), join(dir, 'node_modules', '@ordeal', name));
      }
      writeFileSync(join(dir, 'package.json'), JSON.stringify({ type: 'module' }));
      const types = join(root, 'node_modules', '@types');
      writeFileSync(
        join(dir, 'tsconfig.json'),
        JSON.stringify({
          extends: join(root, 'tsconfig.base.json'),
          compilerOptions: { noEmit: true, types: ['node'], typeRoots: [types] },
          include: ['consumer.ts'],
        }),
      );
    }, 900_000);
    afterAll(async () => {
      rmSync(dir, { recursive: true, force: true });
      await chaos?.stop();
    });

    it('compiles and runs as its page shows it', async () => {
      const example = exampleOf(readFileSync(join(root, 'docs', 'drivers', 'chaos-mesh.md'), 'utf8'));
      expect(example).toContain("connectCluster({ context: 'staging' }");
      const kubeconfig = JSON.stringify(chaos.plane.kubeconfig);
      writeFileSync(
        join(dir, 'consumer.ts'),
        example.replace("{ context: 'staging' }", `{ kubeconfig: ${kubeconfig}, context: 'ordeal-test' }`),
      );
      const { node } = testTools();
      const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      await run(node, [compiler, '-p', join(dir, 'tsconfig.json')]).catch((error: { stdout: string }) => {
        throw new Error(error.stdout);
      });
      const { stdout } = await run(node, [join(dir, 'consumer.ts')], { cwd: dir });
      // In colours, where whoever runs the tests asks for them.
      expect(stripVTControlCharacters(stdout)).toBe('gone 0\n');
      expect(chaos.standIn.world.log.map(({ operation }) => operation)).toEqual(['Apply', 'Recover']);
    });
  },
);

/** The program of the section "As a library". */
function exampleOf(page: string): string {
  const section = page.slice(page.indexOf('## As a library'));
  return /```ts\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}
