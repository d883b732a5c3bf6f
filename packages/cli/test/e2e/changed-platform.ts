import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shipped = join(import.meta.dirname, '..', '..', '..', '..', 'platforms', 'agentic-platform');

/**
 * Writes the shipped platform with some of its fields changed (TypeScript, in which `platform` is the shipped one and
 * `lab` the lab), and with its scenario for recovery, into `<dir>/platforms/<name>`. Returns the name.
 */
export function changedPlatform(dir: string, name: string, fields: string): string {
  const folder = join(dir, 'platforms', name);
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  writeFileSync(
    join(folder, 'platform.ts'),
    `import shipped from ${JSON.stringify(join(shipped, 'platform.ts'))};
export default {
  build: (context) => {
    const platform = shipped.build(context);
    const lab = context.lab();
    return { ...platform, ${fields} };
  },
};
`,
  );
  writeFileSync(
    join(folder, 'scenarios', 'recovery.ts'),
    `export { default } from ${JSON.stringify(join(shipped, 'scenarios', 'recovery.ts'))};\n`,
  );
  return name;
}
