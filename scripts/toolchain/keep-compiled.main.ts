import { writeFileSync } from 'node:fs';
import v8 from 'node:v8';
import type { Script } from 'node:vm';
import { COMPILED, loadPart, WHILE_LOADED } from '../../packages/cli/bin/load-bundle.js';

/*
 * Runs a command of a bundle, `keep-compiled.main.ts <entry> <arguments of ordeal>`, and keeps beside each part that it
 * has loaded what V8 has compiled of it by the end.
 */

// What is run reads its own arguments where it always does.
process.argv.splice(1, 1);
const [, entry = ''] = process.argv;
const scripts = new Map<string, Script>();
const { setFlagsFromString } = v8;
process.on('exit', () => {
  setFlagsFromString(WHILE_LOADED);
  for (const [path, script] of scripts) writeFileSync(`${path}${COMPILED}`, script.createCachedData());
});
// A run sets some when it has loaded what it needs, and V8 would take nothing of what was compiled with others.
v8.setFlagsFromString = () => {};
const { main } = loadPart(
  entry,
  () => ({}),
  (path, script) => scripts.set(path, script),
) as { main(): Promise<never> };
await main();
