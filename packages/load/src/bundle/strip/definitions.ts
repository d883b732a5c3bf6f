import type { Declaration, Names, Reference } from './scopes.ts';
import { isFunction, keyName, part, parts, type Node } from './syntax.ts';

/** Functions of the runtime that the generated entry hands journeys to. */
export const RUN_AWAITED = 'runAwaited';
export const EXPECT_JOURNEY = 'expectJourney';

/** A journey as the bundle's syntax tree shows it. */
export interface Definition {
  readonly name: string;
  /** Name of the runtime's function where the journey is handed to it. */
  readonly handedTo: Node;
  /** The object that defines it; undefined where that is not certain. */
  readonly object: Node | undefined;
}

/** All journeys that the generated entry hands to the runtime. */
export function findDefinitions(names: Names): readonly Definition[] {
  return names.references.flatMap((reference) => {
    const call = callTaking(reference);
    const callee = call === undefined ? undefined : part(call, 'callee');
    if (call === undefined || callee?.type !== 'MemberExpression' || keyName(callee) !== RUN_AWAITED)
      return [];
    const [name] = parts(call, 'arguments');
    const handedTo = part(callee, 'property');
    if (handedTo === undefined) return [];
    return [{ name: String(name?.['value']), handedTo, object: definedBy(names, reference) }];
  });
}

/** The call that a reference is an argument of. */
function callTaking({ identifier, path }: Reference): Node | undefined {
  const above = path.at(-1);
  return above?.type === 'CallExpression' && part(above, 'callee') !== identifier ? above : undefined;
}

function definedBy(names: Names, reference: Reference): Node | undefined {
  const declaration = names.declarationOf(reference);
  if (declaration?.kind !== 'constant' || declaration.value === undefined) return undefined;
  const elsewhere = names.referencesTo(declaration).some((use) => !isHandedOver(use));
  if (elsewhere) return undefined;
  const { value } = declaration;
  if (value.type === 'ObjectExpression') return value;
  if (value.type !== 'CallExpression') return undefined;
  const callee = part(value, 'callee');
  const [object, ...more] = parts(value, 'arguments');
  if (callee?.type !== 'Identifier' || object?.type !== 'ObjectExpression' || more.length > 0)
    return undefined;
  const maker = names.declarations.find(
    (one) =>
      one.kind === 'function' && names.referencesTo(one).some(({ identifier }) => identifier === callee),
  );
  return maker !== undefined && returnsItsArgument(maker) ? object : undefined;
}

function isHandedOver(use: Reference): boolean {
  const call = callTaking(use);
  const callee = call === undefined ? undefined : part(call, 'callee');
  return callee?.type === 'MemberExpression' && [RUN_AWAITED, EXPECT_JOURNEY].includes(keyName(callee) ?? '');
}

function returnsItsArgument({ value }: Declaration): boolean {
  if (value === undefined || !isFunction(value)) return false;
  const [parameter, ...others] = parts(value, 'params');
  const body = part(value, 'body');
  const [statement, ...more] = body === undefined ? [] : parts(body, 'body');
  const returned = statement?.type === 'ReturnStatement' ? part(statement, 'argument') : undefined;
  return (
    parameter?.type === 'Identifier' &&
    others.length === 0 &&
    more.length === 0 &&
    returned?.type === 'Identifier' &&
    returned['name'] === parameter['name']
  );
}
