import { isReference, listOf } from './values.ts';

/** The part of a JSON schema that an example is made from. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number | boolean;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number | boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly readOnly?: boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** Follows a reference to a schema; undefined where there is none. */
export type Follow = (value: unknown) => Schema | undefined;

/** No value is made that goes deeper, as one does whose required properties lead in a circle. */
const DEEPEST = 6;

/**
 * The smallest value of a schema: what must be there, and nothing else. Undefined where none can be made that the
 * schema is sure to take.
 */
export function exampleOf(
  given: Schema | undefined,
  follow: Follow,
  depth = 0,
  combining: ReadonlySet<Schema> = new Set(),
): unknown {
  const schema = follow(given);
  // What takes anything takes an object; what a reference does not lead to may take nothing of the kind.
  if (schema === undefined) return isReference(given) ? undefined : {};
  // A variant of what it is a variant of adds nothing to it.
  if (combining.has(schema)) return {};
  if (depth > DEEPEST) return undefined;
  const known = schema.const ?? schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.enum?.[0];
  if (known !== undefined) return known;
  const [choice] = listOf<Schema>(schema.oneOf ?? schema.anyOf);
  const parts = [...listOf<Schema>(schema.allOf), ...(choice === undefined ? [] : [choice])];
  if (parts.length > 0) {
    const { allOf: _all, oneOf: _one, anyOf: _any, ...own } = schema;
    // What is required here may be described in a part.
    const properties = propertiesOf({ ...own, allOf: parts }, follow);
    const values = [...parts, ...(properties === undefined ? [] : [{ ...own, properties }])].map((one) =>
      exampleOf(one, follow, depth + 1, new Set([...combining, schema])),
    );
    if (values.includes(undefined)) return undefined;
    return values.length === 1 ? values[0] : (Object.assign({}, ...values) as unknown);
  }
  switch (typeOf(schema)) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    case 'array':
      return listFor(schema, exampleOf(schema.items, follow, depth + 1));
    default:
      return objectOf(schema, follow, depth);
  }
}

/** Undefined where a schema names none. */
export function typeOf(schema: Schema | undefined): string | undefined {
  const type = schema?.type;
  return typeof type === 'string' ? type : listOf<string>(type).find((one) => one !== 'null');
}

/** The properties that a schema names; undefined where it names none. */
export function propertiesOf(
  given: Schema | undefined,
  follow: Follow,
  seen = new Set<Schema>(),
): Readonly<Record<string, Schema>> | undefined {
  const schema = follow(given);
  // Variants that are made of what they are variants of lead in circles, each of them through all the others.
  if (schema === undefined || seen.has(schema)) return undefined;
  seen.add(schema);
  const found = [
    schema.properties,
    ...[schema.allOf, schema.oneOf, schema.anyOf]
      .flatMap((parts) => listOf<Schema>(parts))
      .map((one) => propertiesOf(one, follow, seen)),
  ].filter((one) => one !== undefined);
  return found.length === 0 ? undefined : Object.assign({}, ...found);
}

function objectOf({ properties, required }: Schema, follow: Follow, depth: number): unknown {
  const fields = listOf<string>(required).flatMap((name): readonly (readonly [string, unknown])[] => {
    const property = properties?.[name];
    // Only answers have these.
    if (follow(property)?.readOnly === true) return [];
    return [[name, exampleOf(property, follow, depth + 1)]];
  });
  return fields.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(fields);
}

/** Nobody wants to read longer ones. */
const LONGEST_LIST = 100;
const LONGEST_TEXT = 10_000;

function listFor({ minItems = 1, uniqueItems }: Schema, item: unknown): readonly unknown[] | undefined {
  if (item === undefined || minItems > (uniqueItems === true ? 1 : LONGEST_LIST)) return undefined;
  return Array.from({ length: minItems }, () => item);
}

function numberOf(schema: Schema): number | undefined {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf = 0 } = schema;
  const above = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : undefined;
  const wanted =
    above ?? (exclusiveMinimum === true ? (minimum ?? 0) + 1 : minimum) ?? Math.min(1, maximum ?? 1);
  const whole = typeOf(schema) === 'integer' ? Math.ceil(wanted) : wanted;
  const least = multipleOf > 0 ? Math.ceil(whole / multipleOf) * multipleOf : whole;
  if (maximum !== undefined && (exclusiveMaximum === true ? least >= maximum : least > maximum))
    return undefined;
  return typeof exclusiveMaximum === 'number' && least >= exclusiveMaximum ? undefined : least;
}

function textOf({ format, minLength = 0, maxLength = Infinity, pattern }: Schema): string | undefined {
  if (minLength > LONGEST_TEXT) return undefined;
  const text = formatted(format) ?? 'ordeal'.padEnd(minLength, '.').slice(0, maxLength);
  if (text.length < minLength || text.length > maxLength) return undefined;
  return pattern === undefined || fits(text, pattern) ? text : undefined;
}

function fits(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return false;
  }
}

function formatted(format: string | undefined): string | undefined {
  switch (format) {
    case 'date':
      return '2030-01-31';
    case 'date-time':
      return '2030-01-31T12:00:00Z';
    case 'email':
      return 'ordeal@example.com';
    case 'uuid':
      return '00000000-0000-4000-8000-000000000000';
    case 'uri':
      return 'https://example.com';
    case 'time':
      return '12:00:00Z';
    case 'duration':
      return 'PT1S';
    case 'ipv4':
      return '192.0.2.1';
    case 'ipv6':
      return '2001:db8::1';
    case 'byte':
      return 'b3JkZWFs';
    default:
      return undefined;
  }
}
