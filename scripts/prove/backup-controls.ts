import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { echo } from 'zx';
import { readSite } from '../../packages/lab/src/read-site.ts';
import type { LabSite } from '../../packages/shared/src/platform/site.ts';
import { ordeal, root, workplace } from '../ordeal.ts';
import type { Control } from './control.ts';

const LAB = `backups-${process.pid}`;

/**
 * Spoils the lab's backups where they lie, one way after the other, and has each restored by `ordeal drill` on real
 * servers. In between the same backup is whole again, and comes back.
 */
export async function proveBackupControls(): Promise<readonly Control[]> {
  const cwd = workplace();
  const kept = join(cwd, 'another-system');
  const shown: Control[] = [];
  try {
    const first = await labUp(cwd);
    const folder = writePlatform(cwd);
    const restore = (phase: string, platform = folder) => run(cwd, platform, { phase });
    shown.push(await restore('take').then(healthy('a backup is taken and comes back')));
    const base = largestIn(first.backups.base);
    flipByte(base);
    shown.push(
      await restore('newest').then(
        found('a backup with a flipped byte', /checksum|sha-?256|as it was written/i),
      ),
    );
    flipByte(base);
    await writeLog(first);
    const segment = inTheMiddle(first.backups.archive);
    const aside = join(cwd, 'aside');
    renameOver(segment, aside);
    shown.push(
      await restore('newest').then(
        found('WAL missing in the middle', /is missing in the middle of the archive/),
      ),
    );
    renameOver(aside, segment);
    const early = writePlatform(cwd, withoutMoment(cwd, first.regions.a.postgres.binDir));
    shown.push(
      await restore('moment', early).then(
        found('a point-in-time restore that overshoots', /markers are there that were written after/),
      ),
    );
    const past = await pastMoment(first);
    shown.push(await run(cwd, folder, { at: past }).then(healthy('a moment that is past, without markers')));
    shown.push(
      await run(cwd, early, { at: past }).then(
        found('a restore --at that overshoots', /it goes too far: a transaction that ended at/),
      ),
    );
    shown.push(await restore('newest').then(healthy('the same backup, whole again')));
    cpSync(first.backups.base, kept, { recursive: true, preserveTimestamps: true });
    await ordeal(cwd, 'lab', 'down', '--lab-name', LAB);
    const second = await labUp(cwd);
    replace(second.backups.base, kept);
    shown.push(
      await restore('newest').then(
        found('a backup of the wrong database', /is a backup of database \S+ of system \d+.*must be of/),
      ),
    );
    return shown;
  } finally {
    await ordeal(cwd, 'lab', 'down', '--lab-name', LAB);
    if (shown.length > 0 && shown.every(({ held }) => held)) rmSync(cwd, { recursive: true, force: true });
    else echo(`  evidence: ${cwd}`);
  }
}

async function labUp(cwd: string): Promise<LabSite> {
  const up = await ordeal(cwd, 'lab', 'up', '--lab-name', LAB);
  const site = readSite(LAB);
  if (site === undefined) throw new Error(`the lab is not up:\n${up.output}`);
  return site;
}

interface Restored {
  readonly command: string;
  readonly code: number | null;
  readonly output: string;
}

async function run(
  cwd: string,
  platform: string,
  what: { readonly phase: string } | { readonly at: string },
): Promise<Restored> {
  const picked = 'at' in what ? ['restore', '--at', what.at] : [];
  const only = 'at' in what ? [] : ['--only', what.phase];
  const args = ['drill', ...picked, '--scenario', 'backups', ...only];
  const { code, output } = await ordeal(cwd, ...args, '--platform', platform, '--lab-name', LAB);
  return { command: `ordeal ${args.join(' ')}`, code, output };
}

function found(what: string, names: RegExp): (restored: Restored) => Control {
  return ({ command, code, output }) => {
    const line = output.split('\n').find((one) => names.test(one));
    const held = code === 1 && line !== undefined;
    if (!held) echo(output.split('\n').slice(-40).join('\n'));
    return {
      what,
      shownBy: command,
      held,
      said: `exit ${code}: ${line?.replace(/^\S+\s+✖?\s*/, '') ?? 'NOT NAMED'}`,
    };
  };
}

function healthy(what: string): (restored: Restored) => Control {
  return ({ command, code, output }) => {
    if (code !== 0) echo(output.split('\n').slice(-40).join('\n'));
    return { what: `healthy: ${what}`, shownBy: command, held: code === 0, said: `exit ${code}` };
  };
}

/** The shipped platform with restores of what is there. Its servers come from `binDir`, where one is named. */
function writePlatform(cwd: string, binDir?: string): string {
  const folder = join(cwd, 'platforms', binDir === undefined ? 'backups' : 'too-far');
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  const shipped = join(root, 'platforms', 'agentic-platform', 'platform.ts');
  writeFileSync(
    join(folder, 'platform.ts'),
    `import shipped from ${JSON.stringify(shipped)};
const own = ${JSON.stringify(binDir === undefined ? {} : { binDir })};
export default {
  build: (context) => {
    const platform = shipped.build(context);
    const { database, dump } = platform.backups;
    const into = { ...database.restore.into, ...own };
    return { ...platform, backups: { dump, database: { ...database, restore: { ...database.restore, into } } } };
  },
};
`,
  );
  const restore = {
    phase: 'restore',
    backup: 'database',
    deadline: 120,
    targets: { rto: 3600, rpo: 900 },
    objectives: ['restore time'],
  };
  const phases = [
    {
      ...restore,
      name: 'take',
      title: 'A backup is taken and restored',
      drill: { kind: 'restore', take: true },
    },
    {
      ...restore,
      name: 'newest',
      title: 'The newest backup is restored',
      drill: { kind: 'restore', take: false },
    },
    {
      ...restore,
      name: 'moment',
      title: 'A moment is restored',
      drill: { kind: 'point-in-time', markFor: 2 },
      objectives: ['restore time', 'point-in-time error'],
    },
  ];
  const scenario = { name: 'backups', title: 'Backups', phases };
  writeFileSync(
    join(folder, 'scenarios', 'backups.ts'),
    `export default { build: () => (${JSON.stringify(scenario)}) };\n`,
  );
  return folder;
}

/** PostgreSQL's programs, with a `pg_ctl` that forgets up to when to recover, as a careless script does. */
function withoutMoment(cwd: string, binDir: string): string {
  const own = join(cwd, 'bin');
  // The server does not run as whoever starts this.
  chmodSync(cwd, 0o711);
  mkdirSync(own);
  for (const name of readdirSync(binDir)) {
    if (name !== 'pg_ctl') symlinkSync(join(binDir, name), join(own, name));
  }
  const script = `#!/bin/sh
# pg_ctl -D <data directory> …
case " $* " in *' start '*) sed -i '/^recovery_target_time /d' "$2/postgresql.conf" ;; esac
exec ${join(binDir, 'pg_ctl')} "$@"
`;
  writeFileSync(join(own, 'pg_ctl'), script, { mode: 0o755 });
  return own;
}

function filesIn(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function largestIn(dir: string): string {
  const [largest] = filesIn(dir).toSorted((one, other) => statSync(other).size - statSync(one).size);
  if (largest === undefined) throw new Error(`nothing lies in ${dir}`);
  return largest;
}

/** One bit, in the middle. Done twice, it is as it was. */
function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  writeFileSync(path, bytes);
}

/** Commits in several files of the log, each of which is archived. */
async function writeLog({ regions, backups }: LabSite): Promise<void> {
  const client = new Client({ connectionString: regions.a.postgres.url });
  await client.connect();
  try {
    const before = filesIn(backups.archive).length;
    for (let file = 0; file < 4; file += 1) {
      await client.query('CREATE TABLE IF NOT EXISTS controls (n int)');
      await client.query('INSERT INTO controls VALUES ($1)', [file]);
      await client.query('SELECT pg_switch_wal()');
    }
    const deadline = performance.now() + 30_000;
    while (filesIn(backups.archive).length < before + 4) {
      if (performance.now() > deadline) throw new Error('the log was not archived within 30 s');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await client.end();
  }
}

/** A moment with a commit before it and one after it, all of it archived. */
async function pastMoment(site: LabSite): Promise<string> {
  await writeLog(site);
  const aside = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await aside(500);
  const moment = new Date().toISOString();
  await aside(500);
  await writeLog(site);
  return moment;
}

/** The newest file of the log but two: others are there on both sides of it. */
function inTheMiddle(archive: string): string {
  const segments = filesIn(archive).filter((path) => /[0-9A-F]{24}(\.gz)?$/.test(path));
  const segment = segments.toSorted().at(-3);
  if (segment === undefined) throw new Error(`too little lies in ${archive}`);
  return segment;
}

/** Also from one file system to another. */
function renameOver(from: string, to: string): void {
  if (existsSync(to)) throw new Error(`${to} is there already`);
  try {
    renameSync(from, to);
  } catch {
    cpSync(from, to, { preserveTimestamps: true });
    rmSync(from);
  }
}

function replace(dir: string, by: string): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
  cpSync(by, dir, { recursive: true, preserveTimestamps: true });
}
