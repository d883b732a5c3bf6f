/** The store's node of that name. Throws, and names those that there are, when it has none. */
export function nodeNamed<Node extends { readonly name: string }>(
  nodes: readonly Node[],
  name: string,
): Node {
  const node = nodes.find((one) => one.name === name);
  if (node === undefined) {
    const known = nodes.map((one) => one.name).join(', ');
    throw new Error(`expected one of the store's nodes (${known}), found "${name}"`);
  }
  return node;
}
