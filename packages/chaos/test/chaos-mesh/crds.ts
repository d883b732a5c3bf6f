import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Where the CRDs are: beside the checkout, or where the environment says. They are data for tests alone. */
export const crdFolder =
  process.env['ORDEAL_CRDS'] ?? join(import.meta.dirname, '../../../../../shared/crds');

export const chaosMeshCrds = join(crdFolder, 'chaos-mesh');

/** Why tests on the CRDs cannot run here; undefined when they can. */
export const withoutCrds = existsSync(chaosMeshCrds)
  ? undefined
  : `skipped: no CRDs in ${chaosMeshCrds} (ORDEAL_CRDS names another folder)`;

export interface OpenApi {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, OpenApi>>;
  readonly required?: readonly string[];
  readonly items?: OpenApi;
  readonly additionalProperties?: OpenApi;
  readonly enum?: readonly unknown[];
}

/** The schema of each kind's spec. */
export function specSchemas(): ReadonlyMap<string, OpenApi> {
  const schemas = new Map<string, OpenApi>();
  for (const name of readdirSync(chaosMeshCrds)) {
    const crd = parse(readFileSync(join(chaosMeshCrds, name), 'utf8')) as {
      spec: {
        names: { kind: string };
        versions: { schema: { openAPIV3Schema: OpenApi } }[];
      };
    };
    const spec = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'];
    if (spec !== undefined) schemas.set(crd.spec.names.kind, spec);
  }
  return schemas;
}
