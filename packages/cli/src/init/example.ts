/** The part of a JSON schema that an example is made from. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}

/** References that lead in a circle end here. */
const DEEPEST = 6;

/** The smallest value of a schema: what must be there, and nothing else. */
export function exampleOf(
  schema: Schema | undefined,
  named: Readonly<Record<string, Schema>>,
  depth = 0,
): unknown {
  if (schema === undefined || depth > DEEPEST) return {};
  const given = schema.example ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  if (schema.$ref !== undefined) {
    return exampleOf(named[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)], named, depth + 1);
  }
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((one) => exampleOf(one, named, depth + 1))) as unknown;
  }
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return [exampleOf(schema.items, named, depth + 1)];
    default:
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleOf(schema.properties?.[name], named, depth + 1)]),
      );
  }
}

function textOf({ format, minLength = 0 }: Schema): string {
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
    default:
      return 'ordeal'.padEnd(minLength, '.');
  }
}
