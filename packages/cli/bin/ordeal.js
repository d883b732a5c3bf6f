#!/usr/bin/env node
// Plain JavaScript: any Node can read it. The program itself needs Node 24, which the project brings along.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const major = Number(process.versions.node.split('.')[0]);
if (major >= 24) {
  nodeModule.enableCompileCache?.();
  // Samples are many and short-lived. Left to grow, the space for what is young takes 60 MB more and saves little time.
  setFlagsFromString('--semi-space-growth-factor=1');
  await import('../src/main.ts');
} else {
  handOver();
}

function handOver() {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `ordeal needs Node 24 or newer; this is Node ${process.versions.node}, and the package "node" that brings ` +
        'a newer one is not installed. Run `npm ci` (without --ignore-scripts), or call ordeal with Node 24.',
    );
    process.exit(64);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; what was sent to this process alone is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

function findNode() {
  try {
    const manifest = createRequire(realpathSync(fileURLToPath(import.meta.url))).resolve('node/package.json');
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
