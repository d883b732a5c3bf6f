// Loads a bundle with what V8 has compiled of it. Plain JavaScript, as `bundle.js`.
const { readFileSync } = require('node:fs');
const nodeModule = require('node:module');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
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
  const script = scriptOf(path, options);
  compiled(path, script);
  script.runInThisContext().call(module.exports, module.exports, requirePart, module, path, folder);
  module.loaded = true;
  return module.exports;
}

/**
 * V8 begins with a megabyte for young objects, and doubles it when enough of them have survived. What a start makes
 * survives nearly all, and was copied five times: whenever that was full, which took a thirtieth of a smoke gate. Now it
 * grows at once, should it be full while a part is loaded, as it is while the largest one is: to what lasts until the end
 * of a smoke gate. What V8 has compiled it takes with the flags alone that it was made with: of a bundle with these, and
 * of what Node brings along with its own.
 */
const WHILE_LOADED = '--semi-space-growth-factor=8';
const AFTERWARDS = '--semi-space-growth-factor=2';

function scriptOf(path, options) {
  setFlagsFromString(WHILE_LOADED);
  try {
    return new Script(nodeModule.wrap(readFileSync(path, 'utf8')), { filename: path, ...options });
  } finally {
    setFlagsFromString(AFTERWARDS);
  }
}

function keptOf(path) {
  try {
    return { cachedData: readFileSync(`${path}${COMPILED}`) };
  } catch {
    return undefined;
  }
}

module.exports = { COMPILED, WHILE_LOADED, loadPart };
