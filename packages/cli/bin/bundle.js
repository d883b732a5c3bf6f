// Whether the bundle that `npm run setup` makes of ordeal is of the sources as they are. Plain JavaScript, and as little
// of it as there can be: it runs before everything else, each time.
const { readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

/** Where a checkout keeps its bundle. */
function bundleFolder(root) {
  return join(root, 'node_modules', '.cache', 'ordeal');
}

const BUNDLE = 'ordeal.cjs';
const MANIFEST = 'manifest.json';

/**
 * The path of a bundle that is made of exactly what the sources are now; undefined when there is none, and ordeal runs
 * from its sources. Its manifest names every file that went into it, and the bundle itself: those that look as they
 * did then (place, size, inode, times) are taken for the same; of others the contents decide, as on another machine.
 */
function freshBundle(folder, root) {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
    // Places are part of what was bundled.
    if (manifest.root !== root || manifest.node !== process.version) return undefined;
    return manifest.files.every(isAsItWas) ? join(folder, BUNDLE) : undefined;
  } catch {
    return undefined;
  }
}

function isAsItWas([path, looks, sha256]) {
  const found = statSync(path);
  // One by one: hundreds of files are looked at, each time, and putting a text together takes longer than a look.
  const same =
    found.size === looks[0] &&
    found.ino === looks[1] &&
    found.mtimeMs === looks[2] &&
    found.ctimeMs === looks[3];
  return same || hashOf(path) === sha256;
}

/** What changes with every write to a file. */
function looksOf(path) {
  const { size, ino, mtimeMs, ctimeMs } = statSync(path);
  return [size, ino, mtimeMs, ctimeMs];
}

function hashOf(path) {
  return require('node:crypto').createHash('sha256').update(readFileSync(path)).digest('hex');
}

module.exports = { BUNDLE, MANIFEST, bundleFolder, freshBundle, hashOf, looksOf };
