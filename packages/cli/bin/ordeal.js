#!/usr/bin/env node
// Plain JavaScript: any Node can read it. The program itself needs Node 24, which the project brings along.
// CommonJS, as importing what Node brings along loads all that it exports, which takes as long as the rest.
const { realpathSync } = require('node:fs');
const nodeModule = require('node:module');
const { dirname, join } = require('node:path');
const { bundleFolder, freshBundle } = require('./bundle.js');
const { loadPart } = require('./load-bundle.js');

/** As in `src/command-error.ts`: ordeal itself broke. */
const BROKEN = 70;
const major = Number(process.versions.node.split('.')[0]);
if (major >= 24) {
  // Whatever keeps it from coming to an end of its own: that is not a pass.
  process.exitCode = BROKEN;
  start().catch((error) => {
    console.error('ordeal cannot be loaded:', error);
    process.exit(BROKEN);
  });
} else handOver();

async function start() {
  const root = dirname(dirname(dirname(dirname(realpathSync(__filename)))));
  const folder = bundleFolder(root);
  const bundle = freshBundle(folder, root);
  // Of platforms' files, and of what the bundle has nothing compiled of. In the checkout, as what is in it is run; where
  // it cannot be written, nothing is kept. What is of a bundle goes with it.
  nodeModule.enableCompileCache(join(bundle === undefined ? folder : dirname(bundle), 'compiled'));
  const { main } = bundle === undefined ? await import('../src/main.ts') : loadPart(realpathSync(bundle));
  await main();
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
  const { runInPlace } = require('./run-in-place.js');
  runInPlace(node, [__filename, ...process.argv.slice(2)]).then((code) => process.exit(code));
}

function findNode() {
  try {
    const manifest = nodeModule.createRequire(realpathSync(__filename)).resolve('node/package.json');
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return require('node:fs').existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
