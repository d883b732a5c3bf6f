/** A node of a syntax tree in the ESTree format, as far as it is looked at here. */
export interface Node {
  readonly type: string;
  /** Offsets into the text, in UTF-16 units; `end` excluded. */
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
  );
}

/** A node's part that must be a node. */
export function part(node: Node, name: string): Node | undefined {
  const value = node[name];
  return isNode(value) ? value : undefined;
}

/** A node's part that is a list of nodes. Holes of a list are left out. */
export function parts(node: Node, name: string): readonly Node[] {
  const value = node[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Everything right below a node, in the order of the tree. */
export function children(node: Node): readonly Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}

export function isFunction(node: Node): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

/** Name of a property or member that is written out; undefined when it is computed. */
export function keyName(node: Node): string | undefined {
  if (node['computed'] === true) return undefined;
  const key = part(node, node.type === 'MemberExpression' ? 'property' : 'key');
  if (key?.type === 'Identifier') return key['name'] as string;
  return key?.type === 'Literal' ? String(key['value']) : undefined;
}
