import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/*
 * Writes the TypeScript types of Chaos Mesh's resources from the OpenAPI schemas of its CRDs:
 *   node scripts/generate/chaos-mesh-types.ts <folder with the CRDs>
 * Field names, types, enums and what is required come from the schemas; their prose does not. Objects of one shape
 * become one type, wherever they stand: a workflow's template holds the very type of the fault's own resource.
 */

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

interface Resource {
  readonly kind: string;
  readonly plural: string;
  readonly schema: Schema;
}

/** Kinds in the order in which they claim names; what two of them share goes into `common.ts`. */
const FAULTS = [
  'AWSChaos',
  'AzureChaos',
  'BlockChaos',
  'DNSChaos',
  'GCPChaos',
  'HTTPChaos',
  'IOChaos',
  'JVMChaos',
  'KernelChaos',
  'NetworkChaos',
  'PhysicalMachineChaos',
  'PodChaos',
  'StressChaos',
  'TimeChaos',
] as const;
const OTHERS = ['StatusCheck', 'Workflow', 'Schedule'] as const;

/** Names for shapes that several kinds share, by the end of their path. */
const COMMON_NAMES: readonly (readonly [ending: string, name: string])[] = [
  ['.status.conditions[]', 'ChaosCondition'],
  ['.status.experiment.containerRecords[].events[]', 'RecordEvent'],
  ['.status.experiment.containerRecords[]', 'ContainerRecord'],
  ['.status.experiment', 'ExperimentStatus'],
  ['HTTPChaos.status', 'InstancesChaosStatus'],
  ['.status', 'ChaosStatus'],
  ['.selector.expressionSelectors[]', 'LabelExpression'],
  ['.selector', 'PodSelector'],
];

/** Shapes that Kubernetes' own client has already. */
const KUBERNETES: Readonly<Record<string, string>> = {
  '.task.container': 'V1Container',
  '.task.volumes[]': 'V1Volume',
};

/** Every file of the types, by name. Pure, so that a test can hold it against what is committed. */
export function typesFrom(folder: string): ReadonlyMap<string, string> {
  const resources = readResources(folder);
  const shapes = nameShapes(resources);
  const files = new Map<string, string>();
  for (const file of ['common', ...[...FAULTS, ...OTHERS].map(fileOf)]) {
    files.set(`${file}.ts`, render(file, shapes, resources));
  }
  files.set('kinds.ts', renderKinds(resources));
  return files;
}

interface Shape {
  readonly name: string;
  readonly file: string;
  readonly schema: Schema;
}

function readResources(folder: string): ReadonlyMap<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const name of readdirSync(folder).toSorted()) {
    const crd = parse(readFileSync(join(folder, name), 'utf8')) as {
      spec: {
        names: { kind: string; plural: string };
        versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
      };
    };
    const version = crd.spec.versions.find((one) => one.name === 'v1alpha1');
    if (version === undefined) throw new Error(`${name}: expected the version v1alpha1`);
    const { kind, plural } = crd.spec.names;
    resources.set(kind, { kind, plural, schema: withoutProse(version.schema.openAPIV3Schema) as Schema });
  }
  const missing = [...FAULTS, ...OTHERS].filter((kind) => !resources.has(kind));
  if (missing.length > 0) throw new Error(`${folder} lacks the CRDs of ${missing.join(', ')}`);
  return resources;
}

/** A `description` that is a text is prose; one that is a schema is a field of that name. */
function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== 'description' || typeof inner !== 'string')
      .map(([key, inner]) => [key, withoutProse(inner)])
      .toSorted(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
  );
}

/** A name and a file for each shape of an object, by the shape. */
function nameShapes(resources: ReadonlyMap<string, Resource>): ReadonlyMap<string, Shape> {
  const places = new Map<string, { schema: Schema; paths: string[] }>();
  for (const kind of [...FAULTS, ...OTHERS]) {
    const { schema } = resources.get(kind)!;
    for (const part of ['spec', 'status']) {
      const inner = schema.properties?.[part];
      if (inner !== undefined) collect(inner, `${kind}.${part}`, places);
    }
  }
  const shapes = new Map<string, Shape>();
  const taken = new Set<string>();
  for (const [key, { schema, paths }] of places) {
    const faults = new Set(
      paths.map((path) => path.split('.')[0]!).filter((kind) => FAULTS.includes(kind as never)),
    );
    const [first = ''] = paths;
    const owner = first.split('.')[0] ?? '';
    const common =
      faults.size > 1
        ? COMMON_NAMES.find(([ending]) => paths.some((path) => path.endsWith(ending)))
        : undefined;
    const name = unique(common?.[1] ?? pascal(first), taken);
    shapes.set(key, { name, file: common === undefined ? fileOf(owner) : 'common', schema });
  }
  return shapes;
}

function collect(
  schema: Schema,
  path: string,
  places: Map<string, { schema: Schema; paths: string[] }>,
): void {
  if (kubernetesType(path) !== undefined) return;
  if (isShape(schema)) {
    const key = JSON.stringify(schema);
    const place = places.get(key) ?? { schema, paths: [] };
    place.paths.push(path);
    places.set(key, place);
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    collect(inner, `${path}.${name}`, places);
  if (schema.items !== undefined) collect(schema.items, `${path}[]`, places);
  if (typeof schema.additionalProperties === 'object')
    collect(schema.additionalProperties, `${path}{}`, places);
}

function isShape(schema: Schema): boolean {
  return schema.type === 'object' && schema.properties !== undefined;
}

function kubernetesType(path: string): string | undefined {
  return Object.entries(KUBERNETES).find(([ending]) => path.endsWith(ending))?.[1];
}

function render(
  file: string,
  shapes: ReadonlyMap<string, Shape>,
  resources: ReadonlyMap<string, Resource>,
): string {
  const imports = new Map<string, Set<string>>();
  const use = (from: string, name: string): string => {
    if (from !== `./${file}.ts`) imports.set(from, (imports.get(from) ?? new Set()).add(name));
    return name;
  };
  const kind = [...FAULTS, ...OTHERS].find((one) => fileOf(one) === file);
  const typeOf = (schema: Schema, path: string): string => {
    const foreign = kubernetesType(path);
    if (foreign !== undefined) return use('@kubernetes/client-node', foreign);
    if (schema['x-kubernetes-int-or-string'] === true) return 'number | string';
    const shape = isShape(schema) ? shapes.get(JSON.stringify(schema)) : undefined;
    if (shape !== undefined) return use(`./${shape.file}.ts`, shape.name);
    if (schema.enum !== undefined) return schema.enum.map((value) => quoted(value)).join(' | ');
    switch (schema.type) {
      case 'string':
        return 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array': {
        const inner = typeOf(schema.items ?? {}, `${path}[]`);
        return `${inner.includes('|') ? `(${inner})` : inner}[]`;
      }
      case 'object':
        return typeof schema.additionalProperties === 'object'
          ? `Record<string, ${typeOf(schema.additionalProperties, `${path}{}`)}>`
          : 'Record<string, unknown>';
      default:
        return 'unknown';
    }
  };
  const fields = (schema: Schema, path: string): string[] =>
    Object.entries(schema.properties ?? {}).map(([name, inner]) => {
      const optional = schema.required?.includes(name) === true ? '' : '?';
      const key = /^[a-zA-Z_]\w*$/.test(name) ? name : quoted(name);
      return `  ${key}${optional}: ${typeOf(inner, `${path}.${name}`)};`;
    });
  const interfaces = [...shapes.values()]
    .filter((shape) => shape.file === file)
    .map(
      (shape) =>
        `export interface ${shape.name} {\n${fields(shape.schema, `.${nameTail(shape)}`).join('\n')}\n}\n`,
    );
  const resource = kind === undefined ? [] : [renderResource(resources.get(kind)!, typeOf, use)];
  const head = [...imports]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([from, names]) => `import type { ${[...names].toSorted().join(', ')} } from '${from}';`);
  return [HEADER, ...(head.length === 0 ? [] : [`${head.join('\n')}\n`]), ...resource, ...interfaces].join(
    '\n',
  );
}

// Only the ends of these paths matter: they tell where Kubernetes' own types stand.
function nameTail({ name }: Shape): string {
  return name.endsWith('Task') ? 'task' : name;
}

function renderResource(
  { kind, schema }: Resource,
  typeOf: (schema: Schema, path: string) => string,
  use: (from: string, name: string) => string,
): string {
  const spec = typeOf(schema.properties?.['spec'] ?? {}, `${kind}.spec`);
  const status = schema.properties?.['status'];
  return [
    `export interface ${kind} {`,
    `  apiVersion: 'chaos-mesh.org/v1alpha1';`,
    `  kind: '${kind}';`,
    `  metadata: ${use('@kubernetes/client-node', 'V1ObjectMeta')};`,
    `  spec: ${spec};`,
    ...(status === undefined
      ? []
      : [`  /** Written by the controllers alone. */\n  status?: ${typeOf(status, `${kind}.status`)};`]),
    '}\n',
  ].join('\n');
}

function renderKinds(resources: ReadonlyMap<string, Resource>): string {
  const all = [...FAULTS, ...OTHERS];
  return [
    HEADER,
    ...all.map((kind) => `import type { ${kind} } from './${fileOf(kind)}.ts';`),
    '',
    '/** Every resource of the group, by its kind. */',
    'export interface ChaosMeshKinds {',
    ...all.map((kind) => `  ${kind}: ${kind};`),
    '}',
    '',
    '/** The kinds that inject a fault. */',
    `export type FaultKind = ${FAULTS.map((kind) => quoted(kind)).join(' | ')};`,
    '',
    '/** The name of each kind in an address. */',
    'export const plurals: Readonly<Record<keyof ChaosMeshKinds, string>> = {',
    ...all.map((kind) => `  ${kind}: ${quoted(resources.get(kind)!.plural)},`),
    '};',
    '',
  ].join('\n');
}

const HEADER =
  '// Generated by scripts/generate/chaos-mesh-types.ts from the schemas of the CRDs. Do not edit.\n';

/** `NetworkChaos` → `network-chaos`, `HTTPChaos` → `http-chaos`. */
function fileOf(kind: string): string {
  return kind.replaceAll(/([a-z])([A-Z])|([A-Z]+)([A-Z][a-z])/g, '$1$3-$2$4').toLowerCase();
}

/** `NetworkChaos.spec.delay.reorder` → `NetworkChaosDelayReorder`; an array's element is in the singular. */
function pascal(path: string): string {
  const [kind = '', part = '', ...rest] = path.replaceAll('{}', '').split('.');
  return [kind, ...(rest.length === 0 || part === 'status' ? [part] : []), ...rest]
    .map((word) => (word.endsWith('[]') ? word.slice(0, -2).replace(/(?<=ch)es$|s$/, '') : word))
    .flatMap((word) => word.split(/[-_]/))
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}${number}`;
  taken.add(free);
  return free;
}

function quoted(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : JSON.stringify(value);
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined || !existsSync(folder)) {
    console.error(
      'Expected the folder with the CRDs, for instance: node scripts/generate/chaos-mesh-types.ts ../crds/chaos-mesh',
    );
    process.exit(64);
  }
  const target = join(import.meta.dirname, '..', '..', 'packages', 'chaos', 'src', 'chaos-mesh', 'types');
  mkdirSync(target, { recursive: true });
  for (const [name, text] of typesFrom(folder)) writeFileSync(join(target, name), text);
}
