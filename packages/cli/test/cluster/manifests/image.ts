import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './site.ts';

/** What is read of a Dockerfile: the folders and files that it copies from the checkout, and what it runs. */
export interface Image {
  readonly copies: readonly (readonly [from: string, to: string])[];
  readonly entrypoint: readonly string[];
  /** Of programs: the image that each is copied from. */
  readonly programs: Readonly<Record<string, string>>;
}

export function imageOf(dockerfile: string): Image {
  const lines = readFileSync(dockerfile, 'utf8').split('\n');
  const copied = lines.flatMap((line) => {
    const [instruction, ...words] = line.split(/\s+/);
    return instruction === 'COPY' ? [words] : [];
  });
  const own = copied.filter(([first]) => first?.startsWith('--') !== true);
  return {
    copies: own.flatMap((words) => {
      const to = words.at(-1) ?? '';
      return words.slice(0, -1).map((from) => [from, to.endsWith('/') ? `${to}${from}` : to] as const);
    }),
    entrypoint: JSON.parse(
      lines.find((line) => line.startsWith('ENTRYPOINT '))?.slice('ENTRYPOINT '.length) ?? '[]',
    ) as readonly string[],
    programs: Object.fromEntries(
      copied.flatMap(([from, program]) =>
        from?.startsWith('--from=') === true && program !== undefined
          ? [[program, from.slice('--from='.length)] as const]
          : [],
      ),
    ),
  };
}

/**
 * Fills a folder with what an image has of the checkout: what its Dockerfile copies and its ignore file lets through.
 * What is installed is this checkout's, of other projects; of this one's packages it is the folder's own.
 */
export function fill(folder: string, dockerfile: string): void {
  const through = letThrough(`${dockerfile}.dockerignore`);
  for (const [from, to] of imageOf(dockerfile).copies) {
    for (const path of through.filter((one) => one === from || one.startsWith(`${from}/`))) {
      const target = join(folder, to, path.slice(from.length));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(root, path), target);
    }
  }
  const installed = join(root, 'node_modules');
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@ordeal'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@ordeal' && !name.startsWith('.')) symlinkSync(join(installed, name), join(modules, name));
  }
  for (const manifest of globSync('{packages,platforms}/*/package.json', { cwd: folder })) {
    const { name } = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as { name: string };
    symlinkSync(join(folder, dirname(manifest)), join(modules, name));
  }
}

/** Files of the checkout that an ignore file leaves: all are ignored but what it names with `!`. */
function letThrough(ignoreFile: string): readonly string[] {
  const [all, ...rules] = readFileSync(ignoreFile, 'utf8').trim().split('\n');
  const again = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  const never = rules.filter((rule) => !rule.startsWith('!'));
  if (all !== '**' || never.some((rule) => rule !== '**/node_modules')) {
    throw new Error(
      `${ignoreFile}: rules are understood that ignore all (**), let through (!…), or are **/node_modules`,
    );
  }
  return again
    .flatMap((pattern) => [...globSync(pattern, { cwd: root }), ...globSync(`${pattern}/**`, { cwd: root })])
    .filter((path) => !path.split('/').includes('node_modules') && statSync(join(root, path)).isFile());
}
