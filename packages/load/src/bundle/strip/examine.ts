import type { Functions } from './functions.ts';
import type { Names } from './scopes.ts';
import { isFunction, keyName, part, parts, type Node } from './syntax.ts';

/** What is known so far of a script's promises. */
export interface Understood {
  /** Every `await` that waits for a call of the context. */
  readonly awaits: Set<Node>;
  /** Every call that only returns what the context does. */
  readonly calls: Set<Node>;
}

/** Looks at functions of which all calls of the context are understood: whether they do something else besides. */
export function createExaminer(names: Names, tree: Functions, understood: Understood) {
  /** Everything that must hold of a function besides: nothing else is awaited in it, or may be a promise. */
  const doubtOf = (node: Node): string | undefined => {
    if (node['generator'] === true) return 'it is a generator';
    if (node['async'] === true && asyncAt(node) === undefined) return 'it is written in an unusual way';
    for (const inner of tree.within(node)) {
      if (inner.type === 'AwaitExpression' && !understood.awaits.has(inner))
        return 'it awaits something else as well';
      if (inner.type === 'ForOfStatement' && inner['await'] === true)
        return 'it awaits something else as well';
      if (inner.type === 'CallExpression' && !understood.calls.has(inner) && callsAsync(inner)) {
        return 'it calls an asynchronous function without awaiting it';
      }
      if (inner.type === 'ReturnStatement' && mayBePromise(part(inner, 'argument')))
        return 'it may return a promise';
    }
    const body = part(node, 'body');
    if (node.type === 'ArrowFunctionExpression' && body?.type !== 'BlockStatement' && mayBePromise(body)) {
      return 'it may return a promise';
    }
    const promise = names.globals.some(
      ({ identifier, path }) => identifier['name'] === 'Promise' && path.findLast(isFunction) === node,
    );
    return promise ? 'it uses Promise' : undefined;
  };

  const callsAsync = (call: Node): boolean => {
    const callee = part(call, 'callee');
    if (callee !== undefined && isFunction(callee)) return callee['async'] === true;
    const reference = names.references.find((one) => one.identifier === callee);
    const value = reference === undefined ? undefined : names.declarationOf(reference)?.value;
    return value !== undefined && isFunction(value) && value['async'] === true;
  };

  const mayBePromise = (node: Node | undefined): boolean => {
    switch (node?.type) {
      case 'ConditionalExpression':
        return mayBePromise(part(node, 'consequent')) || mayBePromise(part(node, 'alternate'));
      case 'LogicalExpression':
        return mayBePromise(part(node, 'left')) || mayBePromise(part(node, 'right'));
      case 'SequenceExpression':
        return mayBePromise(parts(node, 'expressions').at(-1));
      case 'ParenthesizedExpression':
      case 'ChainExpression':
        return mayBePromise(part(node, 'expression'));
      case 'NewExpression':
      case 'ImportExpression':
        return true;
      case 'CallExpression': {
        if (understood.calls.has(node)) return false;
        const callee = part(node, 'callee');
        return callee?.type !== 'MemberExpression' || keyName(callee) !== 'json';
      }
      default:
        return false;
    }
  };

  /** Where the word `async` of a function stands: at its own beginning, or at that of the method that it is. */
  const asyncAt = (node: Node): number | undefined => {
    const above = tree.pathOf(node)?.at(-1);
    if (above?.type === 'Property') return above['method'] === true ? above.start : node.start;
    return above?.type === 'MethodDefinition' ? undefined : node.start;
  };

  return { doubtOf, asyncAt };
}
