import { parse } from 'acorn';
import type { Node } from './syntax.ts';

/** Syntax tree of a module; undefined when it cannot be parsed. */
export function parseModule(text: string): Node | undefined {
  try {
    return parse(text, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Node;
  } catch {
    return undefined;
  }
}
