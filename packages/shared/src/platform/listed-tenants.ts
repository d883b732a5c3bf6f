import type { Platform, Tenant } from './platform.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** A tenant as the platform's own directory has it. */
export type ListedTenant = Pick<Tenant, 'id' | 'allowedRegions'>;

/** What a directory tells; `why` it tells nothing that could be relied on, with what to do. */
export type Listed =
  | { readonly told: true; readonly tenants: readonly ListedTenant[] }
  | { readonly told: false; readonly why: string };

/**
 * Reads what a directory has answered. One tenant of which it is not known where it may be is as bad as none being
 * known: it may be the one that must not be moved.
 */
export function listedTenants(
  answer: unknown,
  directory: TenantDirectory,
  { regions, tenants: own }: Pick<Platform, 'regions' | 'tenants'>,
): Listed {
  const { list, id: idAt, allowedRegions: regionsAt } = directory;
  const entries = list === undefined ? answer : valueAt(answer, list);
  if (!Array.isArray(entries)) {
    const place = list === undefined ? 'its answer' : JSON.stringify(list);
    return untold(`a list was expected at ${place}, and there is ${kindOf(entries)}: correct \`list\``);
  }
  const tenants: ListedTenant[] = [];
  for (const [index, entry] of (entries as readonly unknown[]).entries()) {
    const id = valueAt(entry, idAt);
    if (typeof id !== 'string' || id === '') {
      return untold(
        `tenant ${index + 1} of its list was expected to have a text at ${JSON.stringify(idAt)}, and has ${kindOf(id)}: correct \`id\``,
      );
    }
    const allowedRegions = valueAt(entry, regionsAt);
    if (!isNames(allowedRegions)) {
      return untold(
        `tenant ${id} was expected to have names of regions at ${JSON.stringify(regionsAt)}, and has ${kindOf(allowedRegions)}: say there where it may be, or correct \`allowedRegions\``,
      );
    }
    // By other names than the platform's nobody would ever be refused.
    if (!allowedRegions.some((region) => regions.includes(region))) {
      return untold(
        `tenant ${id} may be in ${allowedRegions.join(', ')}, which is none of the platform's regions (${regions.join(', ')}): call a region the same in \`regions\` and there`,
      );
    }
    tenants.push({ id, allowedRegions });
  }
  const missing = own.find(({ id }) => !tenants.some((one) => one.id === id));
  return missing === undefined
    ? { told: true, tenants }
    : untold(
        `it lists ${tenants.length} tenants, and not ${missing.id}, for whom this run acts: name one that tells of all of them in one answer`,
      );
}

function untold(why: string): Listed {
  return { told: false, why };
}

/** `data.tenants`: the field `tenants` of the field `data`. */
function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, field) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, field)
          ? (at as Readonly<Record<string, unknown>>)[field]
          : undefined,
      value,
    );
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return `an object of ${Object.keys(value).slice(0, 5).join(', ') || 'nothing'}`;
}
