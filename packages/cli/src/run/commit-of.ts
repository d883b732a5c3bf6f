import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** More names that stand for another name in a row are a mistake. */
const MOST_NAMES = 5;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Commit of the checkout that a folder is in; null when it is in none, or nothing was committed yet. Read from git's
 * files, as git itself takes longer to start than most checks to be answered; it is asked where they do not tell.
 */
export async function commitOf(folder: string): Promise<string | null> {
  let git: string | undefined;
  try {
    git = gitFolder(realpathSync(folder));
    if (git === undefined) return null;
    const commit = commitIn(git);
    if (commit !== undefined) return commit;
  } catch {
    // Kept in another way than in files, or not readable: git knows.
  }
  return askGit(folder);
}

/** Where git keeps what is of this checkout alone. */
function gitFolder(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, '.git');
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return path;
    // A further checkout of one repository, or a submodule.
    if (found?.isFile() === true) {
      const named = /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
      if (named === undefined) throw new Error(`${path} names no folder`);
      return resolve(at, named);
    }
    if (at === dirname(at)) return undefined;
  }
}

function commitIn(git: string): string | undefined {
  const shared = textIn(join(git, 'commondir'));
  const common = shared === undefined ? git : resolve(git, shared);
  let text = textIn(join(git, 'HEAD'));
  for (let names = 0; names < MOST_NAMES && text !== undefined; names += 1) {
    if (COMMIT.test(text)) return text;
    const name = /^ref: (refs\/.+)$/.exec(text)?.[1];
    if (name === undefined) return undefined;
    text = textIn(join(git, name)) ?? textIn(join(common, name)) ?? packed(common, name);
  }
  return undefined;
}

/** What git has put together in one file. */
function packed(common: string, name: string): string | undefined {
  const line = textIn(join(common, 'packed-refs'))
    ?.split('\n')
    .find((one) => one.endsWith(` ${name}`));
  return line?.split(' ')[0];
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

async function askGit(folder: string): Promise<string | null> {
  const [{ execFile }, { promisify }] = await Promise.all([
    import('node:child_process'),
    import('node:util'),
  ]);
  try {
    return (await promisify(execFile)('git', ['-C', folder, 'rev-parse', 'HEAD'])).stdout.trim();
  } catch {
    return null;
  }
}
