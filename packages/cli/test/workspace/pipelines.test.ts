import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/*
 * The pipelines that can be copied: their steps are run as a runner's shell runs them, with the real command, on a platform
 * that is not there. What they hand over has to be understood; that there is no such platform is then said.
 */

const root = join(import.meta.dirname, '..', '..', '..', '..');
const folder = join(root, 'deploy', 'github');
const ABSENT = 'nobody-has-made-this';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly steps: readonly Step[];
  readonly env?: Readonly<Record<string, string>>;
}
interface Pipeline {
  readonly concurrency?: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const inputs: Readonly<Record<string, string>> = {
  platform: ABSENT,
  'deployed-at': '2026-01-02T03:04:05Z',
  'watch-for': '30m',
  objectives: 'API errors\nAPI p95\n',
};

let bin: string;
let asked: string;

beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'ordeal-pipe-'));
  asked = join(bin, 'asked');
  const ordeal = join(root, 'packages', 'cli', 'bin', 'ordeal.js');
  const npx =
    `#!/bin/sh\n[ "$1" = ordeal ] || exit 99\nshift\n` +
    `for one in "$@"; do printf '%s\\0' "$one"; done >> '${asked}'; printf '\\n' >> '${asked}'\n` +
    `exec '${execPath}' '${ordeal}' "$@"\n`;
  writeFileSync(join(bin, 'npx'), npx);
  chmodSync(join(bin, 'npx'), 0o755);
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

/** Fills in what a runner fills in: of `a || b` the first that is there. */
function filled(text: string, given: Readonly<Record<string, string>>): string {
  return text
    .replaceAll(/\$\{\{\s*inputs\.([\w-]+)(?:\s*\|\|\s*'([^']*)')?\s*\}\}/g, (_, name, otherwise) =>
      String(given[name] ?? otherwise ?? ''),
    )
    .replaceAll('--platform agentic-platform', `--platform ${ABSENT}`);
}

/** Runs a step as a runner does: `bash -e`, and with `shell: bash` also pipefail. */
function runStep({ run = '', shell }: Step, env: Readonly<Record<string, string>>) {
  writeFileSync(asked, '');
  const cwd = join(bin, 'checkout');
  mkdirSync(cwd, { recursive: true });
  const options = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
  const { status, stdout, stderr } = spawnSync('bash', [...options, '-c', run], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: bin,
      GITHUB_STEP_SUMMARY: join(bin, 'summary.md'),
      ...env,
    },
  });
  const words = readFileSync(asked, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { status, said: stdout + stderr, words: words.map((line) => line.split('\0').slice(0, -1)) };
}

const pipelines = readdirSync(folder).map((file) => ({
  file,
  pipeline: parse(readFileSync(join(folder, file), 'utf8')) as Pipeline,
}));

const steps = pipelines.flatMap(({ file, pipeline }) =>
  Object.entries(pipeline.jobs).flatMap(([job, { steps: all, env = {} }]) =>
    all
      .filter(({ run }) => run?.includes('npx ordeal') === true)
      .map((step) => ({ name: `${file}, ${job}: ${step.run?.trim().split('\n').at(-1) ?? ''}`, step, env })),
  ),
);

describe('pipelines to copy', () => {
  it('call the command', () => expect(steps.length).toBeGreaterThanOrEqual(5));

  it.each(steps)('$name is understood, and its exit code is the step’s', ({ step, env }) => {
    const of = (values: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(value, inputs)]));
    const { status, said, words } = runStep(
      { ...step, run: filled(step.run ?? '', inputs) },
      { ...of(env), ...of(step.env ?? {}) },
    );
    expect(words).toHaveLength(1);
    expect(said).toContain(ABSENT);
    expect(said).not.toMatch(/unknown option|unknown command|missing|too many arguments/i);
    expect(status).toBe(64);
  });

  it('hands each objective over as one word, and none where none is named', () => {
    const watch = steps.find(({ step }) => step.run?.includes('ordeal check') === true);
    const wordsWith = (objectives: string): readonly string[] | undefined =>
      runStep(watch?.step ?? {}, {
        PLATFORM: ABSENT,
        DEPLOYED_AT: '2026-01-02T03:04:05Z',
        WATCH_FOR: '30m',
        OBJECTIVES: objectives,
      }).words[0];
    const always = ['check', '--platform', ABSENT, '--for', '30m', '--started-after', '2026-01-02T03:04:05Z'];
    expect(wordsWith('API errors\n\nAPI p95; $(touch owned)\n')).toEqual([
      ...always,
      '--objective',
      'API errors',
      'API p95; $(touch owned)',
    ]);
    expect(wordsWith('')).toEqual(always);
  });

  it.each(pipelines)('$file passes on evidence, and none of the secrets beside it', ({ pipeline }) => {
    const uploads = Object.values(pipeline.jobs)
      .flatMap((job) => job.steps)
      .filter(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true);
    expect(uploads).toHaveLength(1);
    expect(uploads[0]?.with?.['path']?.trim().split('\n')).toEqual([
      '.ordeal/runs',
      '!.ordeal/runs/*/run.json',
      '!.ordeal/runs/*/undo/**',
      '!.ordeal/runs/*/load/*/home/**',
    ]);
  });

  it.each(pipelines)(
    '$file shows where the secrets go that a platform’s file reads',
    ({ file, pipeline }) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const calling = Object.values(pipeline.jobs).filter(({ steps: all }) =>
        all.some(({ run }) => run?.includes('npx ordeal') === true),
      );
      expect(text.match(/^ +# +SHOP_TOKEN: \$\{\{ secrets\.SHOP_TOKEN \}\}$/gm)).toHaveLength(calling.length);
      expect(text.includes('workflow_call')).toBe(/# secrets:\n +# +SHOP_TOKEN:\n/.test(text));
    },
  );

  it('do not wait for each other', () => {
    const groups = pipelines.flatMap(({ pipeline }) => pipeline.concurrency?.group ?? []);
    expect(groups).toHaveLength(2);
    expect(new Set(groups).size).toBe(groups.length);
  });
});
