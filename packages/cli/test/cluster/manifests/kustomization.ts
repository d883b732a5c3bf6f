import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** An object of a manifest, as it is sent to an API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // What is in it is another one for each kind, and the test knows which it looks at.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [field: string]: any;
}

const CLUSTER_SCOPED: readonly string[] = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];

/**
 * What `kubectl kustomize` makes of a folder whose kustomization lists resources and names a namespace. Whatever else a
 * kustomization may say is not understood, and an error: the folders of this project say no more.
 */
export function kustomized(folder: string): readonly Manifest[] {
  const file = join(folder, 'kustomization.yaml');
  const {
    apiVersion: _,
    kind: __,
    namespace,
    resources,
    ...more
  } = parse(readFileSync(file, 'utf8')) as {
    apiVersion: string;
    kind: string;
    namespace?: string;
    resources: readonly string[];
  };
  if (Object.keys(more).length > 0) throw new Error(`${file}: ${Object.keys(more).join()} is not understood`);
  const objects = resources.flatMap((resource) => {
    const path = resolve(dirname(file), resource);
    return statSync(path).isDirectory() ? kustomized(path) : manifestsIn(path);
  });
  return namespace === undefined ? objects : objects.map((object) => inNamespace(object, namespace));
}

/** The objects of a file; a `List` is the objects that it lists. */
export function manifestsIn(file: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document): readonly Manifest[] => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    const object = document.toJS() as Manifest;
    return object.kind === 'List' ? (object['items'] as Manifest[]) : [object];
  });
}

/** The object where a client puts it that was told a namespace, where it names none itself. */
export function placedIn(namespace: string, object: Manifest): Manifest {
  if (CLUSTER_SCOPED.includes(object.kind)) return object;
  return { ...object, metadata: { namespace, ...object.metadata } };
}

function inNamespace(object: Manifest, namespace: string): Manifest {
  if (CLUSTER_SCOPED.includes(object.kind)) return object;
  const { subjects } = object as { subjects?: readonly { kind: string; namespace?: string }[] };
  return {
    ...object,
    metadata: { ...object.metadata, namespace },
    ...(subjects === undefined ? {} : { subjects: subjects.map((one) => ({ namespace, ...one })) }),
  };
}

/** Path under which an API server keeps objects of its kind. */
export function pathOf({ apiVersion, kind, metadata: { namespace } }: Manifest): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.toLowerCase().replace(/y$/, 'ie') + 's';
  return `${group}${CLUSTER_SCOPED.includes(kind) ? '' : `/namespaces/${namespace}`}/${plural}`;
}
