import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commitOf } from '../../src/run/commit-of.ts';

let dir: string;
let repo: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-commit-'));
  repo = join(dir, 'repo');
  mkdirSync(join(repo, 'platforms', 'shop'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const git = (cwd: string, ...args: readonly string[]) =>
  execFileSync(
    'git',
    ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main', ...args],
    { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  ).trim();
const commit = (cwd: string) => git(cwd, 'commit', '--quiet', '--allow-empty', '-m', 'one');
/** What git itself says: the file reader must not differ from it. */
const byGit = (cwd: string) => git(cwd, 'rev-parse', 'HEAD');

/** As it is where there is no git to ask. */
async function fromFiles(folder: string): Promise<string | null> {
  vi.stubEnv('PATH', '');
  try {
    return await commitOf(folder);
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('the commit of a checkout', () => {
  it('is none outside of any', async () => {
    expect(await fromFiles(dir)).toBeNull();
  });

  it('is none before the first commit', async () => {
    git(repo, 'init', '--quiet');
    expect(await fromFiles(repo)).toBeNull();
  });

  it('is that of the branch, also from a folder within, and by way of a link', async () => {
    git(repo, 'init', '--quiet');
    commit(repo);
    const below = join(repo, 'platforms', 'shop');
    symlinkSync(below, join(dir, 'link'));
    expect(await fromFiles(below)).toBe(byGit(repo));
    expect(await fromFiles(join(dir, 'link'))).toBe(byGit(repo));
  });

  it('is found when it is packed, and the newer one when it is not any more', async () => {
    git(repo, 'init', '--quiet');
    commit(repo);
    git(repo, 'pack-refs', '--all');
    expect(await fromFiles(repo)).toBe(byGit(repo));
    const before = byGit(repo);
    git(repo, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    expect(byGit(repo)).not.toBe(before);
    expect(await fromFiles(repo)).toBe(byGit(repo));
  });

  it('is that of a detached head', async () => {
    git(repo, 'init', '--quiet');
    commit(repo);
    const first = byGit(repo);
    git(repo, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    git(repo, 'checkout', '--quiet', '--detach', first);
    expect(await fromFiles(repo)).toBe(first);
  });

  it('is that of a further checkout, and not of the first', async () => {
    git(repo, 'init', '--quiet');
    commit(repo);
    const other = join(dir, 'other');
    git(repo, 'worktree', 'add', '--quiet', '-b', 'side', other);
    git(other, 'commit', '--quiet', '--allow-empty', '-m', 'side');
    expect(byGit(other)).not.toBe(byGit(repo));
    expect(await fromFiles(other)).toBe(byGit(other));
    git(other, 'pack-refs', '--all');
    expect(await fromFiles(other)).toBe(byGit(other));
  });

  it('is asked of git where its files do not tell', async () => {
    git(repo, 'init', '--quiet');
    commit(repo);
    // A name that stands for another name.
    git(repo, 'symbolic-ref', 'refs/heads/again', 'refs/heads/main');
    git(repo, 'symbolic-ref', 'HEAD', 'refs/heads/again');
    expect(await fromFiles(repo)).toBe(byGit(repo));
    // As in a repository that keeps its references in a table.
    writeFileSync(join(repo, '.git', 'HEAD'), 'ref: refs/heads/.invalid\n');
    expect(await fromFiles(repo)).toBeNull();
    git(repo, 'symbolic-ref', 'HEAD', 'refs/heads/main');
    writeFileSync(join(repo, '.git', 'HEAD'), 'ref:  refs/heads/main\n');
    expect(await commitOf(repo)).toBe(byGit(repo));
  });
});
