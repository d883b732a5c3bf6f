import { children, isFunction, part, parts, type Node } from './syntax.ts';

/** Something that was given a name: where, and by what. */
export interface Declaration {
  readonly name: string;
  /** The identifier that is the name. */
  readonly identifier: Node;
  /** Function (or the module) that the name lives in. Blocks count as part of their function. */
  readonly scope: Node;
  readonly kind: 'parameter' | 'constant' | 'function' | 'other';
  /** What a constant is set to, the function itself, or the function that a parameter is of. */
  readonly value: Node | undefined;
}

/** A use of a name. */
export interface Reference {
  readonly identifier: Node;
  /** From the module down to the identifier, itself excluded. */
  readonly path: readonly Node[];
}

/** Names of a module and what they refer to. */
export interface Names {
  /** What an identifier refers to; undefined when that is not certain. */
  declarationOf(reference: Reference): Declaration | undefined;
  /** Every certain use of a declaration. */
  referencesTo(declaration: Declaration): readonly Reference[];
  /** Uses of names that are declared nowhere in the module. */
  readonly globals: readonly Reference[];
  readonly references: readonly Reference[];
  readonly declarations: readonly Declaration[];
}

/**
 * Resolves names by functions, and takes a name that one function declares twice for uncertain: in the output of a
 * bundler that costs next to nothing, and it cannot be wrong.
 */
export function resolveNames(module: Node): Names {
  const declared = new Map<Node, Map<string, Declaration[]>>();
  const references: Reference[] = [];
  const declarations: Declaration[] = [];

  const declare = (declaration: Declaration): void => {
    const scope = declared.get(declaration.scope) ?? new Map<string, Declaration[]>();
    declared.set(declaration.scope, scope);
    scope.set(declaration.name, [...(scope.get(declaration.name) ?? []), declaration]);
    declarations.push(declaration);
  };

  /** Declares what a pattern names, and visits the expressions within it. */
  const bind = (
    pattern: Node,
    path: readonly Node[],
    make: (identifier: Node) => Omit<Declaration, 'name' | 'identifier'>,
  ): void => {
    const inner = [...path, pattern];
    if (pattern.type === 'Identifier') {
      declare({ name: pattern['name'] as string, identifier: pattern, ...make(pattern) });
    } else if (pattern.type === 'AssignmentPattern') {
      const left = part(pattern, 'left');
      if (left !== undefined) bind(left, inner, (identifier) => ({ ...make(identifier), kind: 'other' }));
      const right = part(pattern, 'right');
      if (right !== undefined) visit(right, inner);
    } else if (pattern.type === 'RestElement') {
      const argument = part(pattern, 'argument');
      if (argument !== undefined)
        bind(argument, inner, (identifier) => ({ ...make(identifier), kind: 'other' }));
    } else if (pattern.type === 'ArrayPattern') {
      for (const element of parts(pattern, 'elements'))
        bind(element, inner, (identifier) => ({ ...make(identifier), kind: 'other' }));
    } else {
      for (const property of parts(pattern, 'properties')) {
        if (property.type === 'RestElement') {
          bind(property, inner, make);
          continue;
        }
        const key = part(property, 'key');
        if (property['computed'] === true && key !== undefined) visit(key, [...inner, property]);
        const value = part(property, 'value');
        // What is taken out of an object is itself neither the parameter nor the constant.
        if (value !== undefined)
          bind(value, [...inner, property], (identifier) => ({ ...make(identifier), kind: 'other' }));
      }
    }
  };

  const scopeOf = (path: readonly Node[]): Node => path.findLast(isFunction) ?? module;

  const visit = (node: Node, path: readonly Node[]): void => {
    const inner = [...path, node];
    const scope = scopeOf(path);
    switch (node.type) {
      case 'Identifier':
        references.push({ identifier: node, path });
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const id = part(node, 'id');
        if (id !== undefined) {
          // The name of an expression is known within it alone.
          const within = node.type === 'FunctionDeclaration' ? scope : node;
          declare({
            name: id['name'] as string,
            identifier: id,
            scope: within,
            kind: 'function',
            value: node,
          });
        }
        for (const parameter of parts(node, 'params')) {
          bind(parameter, inner, () => ({ scope: node, kind: 'parameter', value: node }));
        }
        const body = part(node, 'body');
        if (body !== undefined) visit(body, inner);
        return;
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const id = part(node, 'id');
        if (id !== undefined)
          declare({ name: id['name'] as string, identifier: id, scope, kind: 'other', value: node });
        for (const child of children(node)) if (child !== id) visit(child, inner);
        return;
      }
      case 'VariableDeclaration':
        for (const declarator of parts(node, 'declarations')) {
          const id = part(declarator, 'id');
          const value = part(declarator, 'init');
          const kind = value === undefined ? 'other' : 'constant';
          if (id !== undefined) bind(id, [...inner, declarator], () => ({ scope, kind, value }));
          if (value !== undefined) visit(value, [...inner, declarator]);
        }
        return;
      case 'CatchClause': {
        const parameter = part(node, 'param');
        if (parameter !== undefined)
          bind(parameter, inner, () => ({ scope, kind: 'other', value: undefined }));
        const body = part(node, 'body');
        if (body !== undefined) visit(body, inner);
        return;
      }
      case 'ImportDeclaration':
        for (const specifier of parts(node, 'specifiers')) {
          const local = part(specifier, 'local');
          if (local !== undefined)
            declare({
              name: local['name'] as string,
              identifier: local,
              scope,
              kind: 'other',
              value: undefined,
            });
        }
        return;
      case 'ExportSpecifier': {
        const local = part(node, 'local');
        if (local?.type === 'Identifier') references.push({ identifier: local, path: inner });
        return;
      }
      case 'MemberExpression':
        visitPart(node, 'object', inner);
        if (node['computed'] === true) visitPart(node, 'property', inner);
        return;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node['computed'] === true) visitPart(node, 'key', inner);
        visitPart(node, 'value', inner);
        return;
      case 'LabeledStatement':
        visitPart(node, 'body', inner);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      default:
        for (const child of children(node)) visit(child, inner);
    }
  };
  const visitPart = (node: Node, name: string, path: readonly Node[]): void => {
    const child = part(node, name);
    if (child !== undefined) visit(child, path);
  };

  visit(module, []);

  const lookUp = ({ identifier, path }: Reference): readonly Declaration[] | undefined => {
    const name = identifier['name'] as string;
    for (const scope of [...path.filter(isFunction).toReversed(), module]) {
      const found = declared.get(scope)?.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const certain = (reference: Reference): Declaration | undefined => {
    const found = lookUp(reference);
    return found?.length === 1 ? found[0] : undefined;
  };
  const uses = new Map<Declaration, Reference[]>();
  for (const reference of references) {
    // A name that is declared twice is used by each of its declarations, so that nothing is overlooked.
    for (const declaration of lookUp(reference) ?? []) {
      const known = uses.get(declaration);
      if (known === undefined) uses.set(declaration, [reference]);
      else known.push(reference);
    }
  }
  return {
    declarationOf: certain,
    referencesTo: (declaration) => uses.get(declaration) ?? [],
    globals: references.filter((reference) => lookUp(reference) === undefined),
    references,
    declarations,
  };
}
