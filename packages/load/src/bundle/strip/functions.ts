import { children, isFunction, type Node } from './syntax.ts';

/** Where the functions of a module are, and what is in them. */
export interface Functions {
  /** What a function is in, from the module down. */
  pathOf(node: Node): readonly Node[] | undefined;
  /** Everything within a function that is within no other one in it; those functions themselves included. */
  within(node: Node): readonly Node[];
}

export function indexFunctions(module: Node): Functions {
  const paths = new Map<Node, readonly Node[]>();
  const within = new Map<Node, Node[]>();
  const index = (node: Node, path: readonly Node[]): void => {
    if (isFunction(node)) paths.set(node, path);
    const owner = path.findLast(isFunction) ?? module;
    const list = within.get(owner);
    if (list === undefined) within.set(owner, [node]);
    else list.push(node);
    const inner = [...path, node];
    for (const child of children(node)) index(child, inner);
  };
  index(module, []);
  return { pathOf: (node) => paths.get(node), within: (node) => within.get(node) ?? [] };
}
