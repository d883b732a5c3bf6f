// Whether the bundle that `npm run setup` makes of ordeal is of the sources as they are. Plain JavaScript, and as little
// of it as there can be: it runs before everything else, each time.
const { readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

/** Where a checkout keeps its bundle. */
function bundleFolder(root) {
  return join(root, 'node_modules', '.cache', 'ordeal');
}

/** What a bundle, and what V8 has compiled of it, is for. */
const NODE = `${process.version} ${process.arch}`;
const MANIFEST = 'manifest.json';
/** Beside what the manifest calls the entry: what the files hold. Read only when one looks different. */
const HASHES = 'hashes.json';
/** How many numbers say what a file looks like. */
const LOOKS = 4;

/**
 * The path of a bundle that is made of exactly what the sources are now; undefined when there is none, and ordeal runs
 * from its sources. Its manifest names every file that went into it, and those of the bundle that are always loaded:
 * files that look as they did then (place, size, inode, times) are taken for the same; of others the contents decide,
 * as on another machine.
 */
function freshBundle(folder, root) {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
    // Places are part of what was bundled.
    if (manifest.root !== root || manifest.node !== NODE) return undefined;
    const entry = join(folder, manifest.entry);
    return areAsTheyWere(manifest, join(entry, '..', HASHES)) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function areAsTheyWere({ files, looks }, kept) {
  let hashes;
  for (let index = 0, at = 0; index < files.length; index += 1, at += LOOKS) {
    const found = statSync(files[index]);
    // One by one: hundreds of files are looked at, each time, and putting a text together takes longer than a look.
    const same =
      found.size === looks[at] &&
      found.ino === looks[at + 1] &&
      found.mtimeMs === looks[at + 2] &&
      found.ctimeMs === looks[at + 3];
    if (same) continue;
    hashes ??= JSON.parse(readFileSync(kept, 'utf8'));
    if (hashOf(files[index]) !== hashes[files[index]]) return false;
  }
  return files.length > 0;
}

/** What changes with every write to a file. */
function looksOf(path) {
  const { size, ino, mtimeMs, ctimeMs } = statSync(path);
  return [size, ino, mtimeMs, ctimeMs];
}

function hashOf(path) {
  return require('node:crypto').createHash('sha256').update(readFileSync(path)).digest('hex');
}

module.exports = { HASHES, MANIFEST, NODE, bundleFolder, freshBundle, hashOf, looksOf };
