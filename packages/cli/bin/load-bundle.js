// Loads a bundle with what V8 has compiled of it. Plain JavaScript, as `bundle.js`.
const { readFileSync } = require('node:fs');
const nodeModule = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** Beside a part of a bundle: what V8 had compiled of it by the end of a run. */
const COMPILED = '.compiled';

/**
 * Loads a part of a bundle, and what it needs of the others. Node's own cache holds of a file what V8 has compiled at
 * once, and none of the functions that are called later: that is why a part has all of it beside it, where it has. V8
 * takes it from the same V8 with the same flags alone, and does not look at whether it is whole: the manifest does.
 *
 * The path has to be the real one: Node knows by that what is there already, when a part that it loads needs another.
 *
 * `kept` tells what was compiled of a part, undefined: Node loads it. `compiled` takes what each was compiled to.
 */
function loadPart(path, kept = keptOf, compiled = () => {}) {
  const there = require.cache[path];
  if (there !== undefined) return there.exports;
  const options = kept(path);
  if (options === undefined) return require(path);
  const module = new nodeModule(path, null);
  module.filename = path;
  // For parts that Node loads, and that need this one.
  require.cache[path] = module;
  const folder = dirname(path);
  const requireAny = nodeModule.createRequire(path);
  const requirePart = (name) =>
    name.startsWith('./') ? loadPart(join(folder, name), kept, compiled) : requireAny(name);
  const script = new Script(nodeModule.wrap(readFileSync(path, 'utf8')), { filename: path, ...options });
  compiled(path, script);
  script.runInThisContext().call(module.exports, module.exports, requirePart, module, path, folder);
  module.loaded = true;
  return module.exports;
}

function keptOf(path) {
  try {
    return { cachedData: readFileSync(`${path}${COMPILED}`) };
  } catch {
    return undefined;
  }
}

module.exports = { COMPILED, loadPart };
