import { findDefinitions, type Definition } from './definitions.ts';
import { createExaminer, type Understood } from './examine.ts';
import { indexFunctions } from './functions.ts';
import type { Declaration, Names, Reference } from './scopes.ts';
import { isFunction, keyName, part, parts, type Node } from './syntax.ts';

/** What a context's members do: those of a value return it themselves in any script. */
const members: Readonly<Record<string, 'value' | 'promise'>> = {
  run: 'value',
  id: 'value',
  tenant: 'value',
  data: 'value',
  secret: 'value',
  cookie: 'value',
  request: 'promise',
  check: 'promise',
  think: 'promise',
};

/** What is found out about the journeys of a script. */
export interface AwaitedCalls {
  /** Functions of which no `await` waits for anything but the context. */
  readonly functions: readonly {
    /** Offset of its word `async`; undefined when it has none. */
    readonly asyncAt: number | undefined;
    readonly awaits: readonly Node[];
  }[];
  readonly journeys: readonly (Definition & {
    /** Why its `await`s have to stay; undefined when they need not. */
    readonly kept: string | undefined;
  })[];
}

/** A function that handles the context, as far as it is understood. */
interface Unit {
  readonly node: Node;
  doubt: string | undefined;
  /** Functions that must be changed together with this one, or not at all. */
  readonly linked: Set<Unit>;
}

/**
 * Finds the functions in which every `await` is of a call of the journey's context, or of another such function that
 * the context was passed on to. What is not understood for certain stays as it is, and so does everything that calls
 * it or is called by it with the same context.
 */
export function findAwaitedCalls(module: Node, names: Names): AwaitedCalls {
  const definitions = findDefinitions(names);
  const finder = createFinder(module, names);
  const runs = definitions.map((definition) => finder.journey(definition));
  const { functions, doubtOf } = finder.conclude();
  return {
    functions,
    journeys: definitions.map((definition, index) => {
      const unit = runs[index];
      return { ...definition, kept: unit === undefined ? 'it is not written out' : doubtOf(unit) };
    }),
  };
}

function createFinder(module: Node, names: Names) {
  const tree = indexFunctions(module);
  const units = new Map<Node, Unit>();
  const contexts = new Set<Declaration>();
  const passed = new Map<Declaration, Set<number>>();
  /** Awaits, and calls that return promises, of which it is known what they do. */
  const understood: Understood = { awaits: new Set(), calls: new Set() };
  const examiner = createExaminer(names, tree, understood);

  const doubt = (node: Node | undefined, why: string): void => {
    if (node === undefined) return;
    const unit = unitOf(node);
    unit.doubt ??= why;
  };
  const link = (left: Node | undefined, right: Node | undefined): void => {
    if (left === undefined || right === undefined) return;
    const [one, other] = [unitOf(left), unitOf(right)];
    one.linked.add(other);
    other.linked.add(one);
  };
  const ownerOf = (path: readonly Node[]): Node | undefined => path.findLast(isFunction);

  /** The unit of a function. A new one must be a function that is called by its name and nothing else. */
  const unitOf = (node: Node): Unit => {
    const known = units.get(node);
    if (known !== undefined) return known;
    const unit: Unit = { node, doubt: undefined, linked: new Set() };
    units.set(node, unit);
    const called = names.declarations.filter(
      (one) => one.value === node && (one.kind === 'function' || one.kind === 'constant'),
    );
    for (const declaration of called) followFunction(unit, declaration);
    if (called.length === 0 && !journeyRuns.has(node)) {
      unit.doubt = 'a function without a name uses the context';
    }
    return unit;
  };
  const journeyRuns = new Set<Node>();

  const followFunction = (unit: Unit, declaration: Declaration): void => {
    for (const reference of names.referencesTo(declaration)) {
      const call = reference.path.at(-1);
      const owner = ownerOf(reference.path);
      const plain =
        names.declarationOf(reference) === declaration &&
        call?.type === 'CallExpression' &&
        part(call, 'callee') === reference.identifier &&
        call['optional'] !== true;
      if (!plain || owner === undefined) {
        unit.doubt ??= `${declaration.name} is more than called`;
        if (owner !== undefined) link(owner, unit.node);
        continue;
      }
      link(owner, unit.node);
      takeCall(call, reference.path.slice(0, -1));
    }
  };

  /** A call that returns a promise: it must be awaited where it stands, or be what its function returns. */
  const takeCall = (call: Node, path: readonly Node[]): void => {
    understood.calls.add(call);
    const above = path.at(-1);
    const owner = ownerOf(path);
    if (above?.type === 'AwaitExpression') understood.awaits.add(above);
    else if (
      above?.type === 'ReturnStatement' ||
      (above?.type === 'ArrowFunctionExpression' && part(above, 'body') === call)
    )
      return;
    else doubt(owner, 'a call of the context is not awaited where it stands');
  };

  const takeContext = (declaration: Declaration): void => {
    if (contexts.has(declaration)) return;
    contexts.add(declaration);
    for (const reference of names.referencesTo(declaration)) {
      const owner = ownerOf(reference.path);
      const certain = names.declarationOf(reference) === declaration;
      // What only reads the context stays as it is, whatever becomes of the function around it.
      if (certain && readsValue(reference)) continue;
      link(owner, isFunction(declaration.scope) ? declaration.scope : undefined);
      if (!certain) {
        doubt(owner, `what ${declaration.name} is cannot be told for certain`);
      } else {
        takeUse(reference, owner);
      }
    }
  };

  const readsValue = ({ identifier, path }: Reference): boolean => {
    const above = path.at(-1);
    return (
      above?.type === 'MemberExpression' &&
      part(above, 'object') === identifier &&
      members[keyName(above) ?? ''] === 'value'
    );
  };

  const takeUse = ({ identifier, path }: Reference, owner: Node | undefined): void => {
    const above = path.at(-1);
    if (
      above?.type === 'MemberExpression' &&
      part(above, 'object') === identifier &&
      above['optional'] !== true
    ) {
      const does = members[keyName(above) ?? ''];
      const call = path.at(-2);
      if (does === 'promise' && call?.type === 'CallExpression' && part(call, 'callee') === above) {
        if (owner !== undefined) unitOf(owner);
        takeCall(call, path.slice(0, -2));
      } else {
        doubt(owner, `the context's ${keyName(above) ?? 'members'} is used in another way than by a call`);
      }
    } else if (above?.type === 'VariableDeclarator' && part(above, 'init') === identifier) {
      const id = part(above, 'id');
      if (id === undefined || owner === undefined) return;
      takePattern(id, owner);
    } else if (above?.type === 'CallExpression' && part(above, 'callee') !== identifier) {
      passOn(identifier, above, owner);
    } else {
      doubt(owner, 'the context itself is kept or returned');
    }
  };

  /** The context under another name, or taken apart. */
  const takePattern = (pattern: Node, owner: Node): void => {
    if (pattern.type === 'Identifier') {
      const alias = names.declarations.find((one) => one.identifier === pattern);
      if (alias !== undefined) takeContext(alias);
      return;
    }
    if (pattern.type !== 'ObjectPattern') {
      doubt(owner, 'the context is taken apart in an unusual way');
      return;
    }
    for (const property of parts(pattern, 'properties')) {
      const does = property.type === 'Property' ? members[keyName(property) ?? ''] : undefined;
      if (does === 'value') continue;
      const value = part(property, 'value');
      const method = names.declarations.find((one) => one.identifier === value);
      if (does === undefined || method === undefined)
        doubt(owner, 'the context is taken apart in an unusual way');
      else takeMethod(method, owner);
    }
  };

  const takeMethod = (method: Declaration, owner: Node): void => {
    for (const reference of names.referencesTo(method)) {
      const user = ownerOf(reference.path);
      link(user, owner);
      const call = reference.path.at(-1);
      if (
        names.declarationOf(reference) === method &&
        call?.type === 'CallExpression' &&
        part(call, 'callee') === reference.identifier
      ) {
        takeCall(call, reference.path.slice(0, -1));
      } else {
        doubt(user, `the context's ${method.name} is used in another way than by a call`);
      }
    }
  };

  const passOn = (identifier: Node, call: Node, owner: Node | undefined): void => {
    const callee = part(call, 'callee');
    const reference = names.references.find((one) => one.identifier === callee);
    const helper = reference === undefined ? undefined : names.declarationOf(reference);
    const at = parts(call, 'arguments').indexOf(identifier);
    const fn = helper?.value;
    if (
      helper === undefined ||
      fn === undefined ||
      !isFunction(fn) ||
      helper.kind === 'parameter' ||
      parts(call, 'arguments').some((one) => one.type === 'SpreadElement')
    ) {
      doubt(owner, 'the context is passed on to what is not a function of the journeys');
      return;
    }
    link(owner, fn);
    const positions = passed.get(helper) ?? new Set<number>();
    passed.set(helper, positions);
    if (positions.has(at)) return;
    positions.add(at);
    takeParameter(fn, at);
  };

  const takeParameter = (fn: Node, at: number): void => {
    const parameter = parts(fn, 'params')[at];
    unitOf(fn);
    if (parameter === undefined) return;
    if (parameter.type === 'Identifier' || parameter.type === 'ObjectPattern') takePattern(parameter, fn);
    else doubt(fn, 'the context is taken in an unusual way');
  };

  const journey = (definition: Definition): Unit | undefined => {
    const run = definition.object === undefined ? undefined : runOf(definition.object);
    if (run === undefined) return undefined;
    journeyRuns.add(run);
    const unit = unitOf(run);
    takeParameter(run, 0);
    return unit;
  };

  const conclude = () => {
    // Examining looks only at what was understood, and adds no unit.
    for (const unit of units.values()) unit.doubt ??= examiner.doubtOf(unit.node);
    for (const [helper, positions] of passed) {
      const fn = helper.value;
      const everywhere = names.referencesTo(helper).every(({ identifier, path }) => {
        const call = path.at(-1);
        const given =
          call?.type === 'CallExpression' && part(call, 'callee') === identifier
            ? parts(call, 'arguments')
            : [];
        return [...positions].every((at) => isContext(given[at]));
      });
      if (!everywhere) doubt(fn, `${helper.name} is also called without the context`);
    }
    const doubts = spread(units.values());
    return {
      doubtOf: (unit: Unit) => doubts.get(unit),
      functions: [...units.values()]
        .filter((unit) => !doubts.has(unit))
        .map(({ node }) => ({
          asyncAt: node['async'] === true ? examiner.asyncAt(node) : undefined,
          awaits: tree.within(node).filter(({ type }) => type === 'AwaitExpression'),
        })),
    };
  };

  const isContext = (node: Node | undefined): boolean => {
    const reference = names.references.find((one) => one.identifier === node);
    const declaration = reference === undefined ? undefined : names.declarationOf(reference);
    return declaration !== undefined && contexts.has(declaration);
  };

  return { journey, conclude };
}

/** The function that a journey's object runs; undefined when it is not written out there. */
function runOf(object: Node): Node | undefined {
  const properties = parts(object, 'properties');
  if (properties.some((property) => property.type !== 'Property' || keyName(property) === undefined))
    return undefined;
  const runs = properties.filter((property) => keyName(property) === 'run');
  const value = runs.length === 1 && runs[0]?.['kind'] === 'init' ? part(runs[0], 'value') : undefined;
  return value !== undefined && isFunction(value) ? value : undefined;
}

/** A doubt about one function is a doubt about all that are linked with it. */
function spread(units: Iterable<Unit>): ReadonlyMap<Unit, string> {
  const doubts = new Map<Unit, string>();
  for (const unit of units) {
    if (unit.doubt === undefined || doubts.has(unit)) continue;
    const open = [unit];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (doubts.has(next)) continue;
      doubts.set(next, unit.doubt);
      open.push(...next.linked);
    }
  }
  return doubts;
}
