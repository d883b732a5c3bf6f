import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';

/** What each command needs. Everything else that is installed is loaded from where it is, when it is needed. */
const BUNDLED = /^(?:@ordeal\/.*|zod(?:\/.*)?|commander)$/;
const NOTHING = '\0nothing';

/** What stands for a module's own place while it is bundled. */
export const placeNames = { 'import.meta.url': 'ownUrl', 'import.meta.dirname': 'ownDirname' } as const;

/** A module's own place stays what it is: programs and files beside it are found by it. */
export const ownPlaces: Plugin = {
  name: 'own-places',
  load: {
    filter: { id: /[\\/]packages[\\/].*\.ts$/ },
    handler: (path) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return { code: text, moduleType: 'ts' };
      const url = JSON.stringify(pathToFileURL(path).href);
      const places = `const ownUrl = ${url}, ownDirname = ${JSON.stringify(dirname(path))};`;
      return { code: `${places} ${text}`, moduleType: 'ts' };
    },
  },
};

/** Nobody asks zod for messages in other languages, which are half of it. */
export const withoutLocales: Plugin = {
  name: 'without-locales',
  load: {
    filter: { id: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ },
    handler: () => ({ code: 'export {};', moduleType: 'js' }),
  },
};

/** Commander would start a program for a subcommand that is one of its own: there is none, and it takes long to load. */
export const withoutOtherPrograms: Plugin = {
  name: 'without-other-programs',
  resolveId: {
    order: 'pre',
    filter: { id: /^node:child_process$/ },
    handler: (_, importer) =>
      importer !== undefined && /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? NOTHING : null,
  },
  load: {
    filter: { id: /^\0nothing$/ },
    handler: () => ({ code: 'export default undefined;', moduleType: 'js' }),
  },
};

/** Leaves what is installed, but for what is bundled, where it is: as long as the bundle finds the same there. */
export function installed(root: string, folder: string): Plugin {
  return {
    name: 'installed',
    resolveId: {
      filter: { id: /^[^./\0]/ },
      async handler(name, importer) {
        if (importer === undefined || BUNDLED.test(name)) return null;
        if (name.startsWith('node:')) return { id: name, external: true };
        const from = async (place: string): Promise<string | undefined> =>
          (await this.resolve(name, place, { skipSelf: true }))?.id;
        const [there, here] = await Promise.all([from(importer), from(join(folder, 'any.cjs'))]);
        if (there !== undefined && there === here) return { id: name, external: true };
        return this.error(
          `${name} is another one for ${relative(root, importer)} than for the bundle: ${there ?? 'not there'}, and ${here ?? 'not there'}`,
        );
      },
    },
  };
}

/** What imports for a bundle is no part of it. */
export const importsOutside: Plugin = {
  name: 'imports-outside',
  resolveId: {
    order: 'pre',
    filter: { id: /[\\/]bin[\\/]import-module\.js$/ },
    handler: (id, importer) =>
      importer === undefined ? null : { id: join(dirname(importer), id), external: 'absolute' },
  },
};
