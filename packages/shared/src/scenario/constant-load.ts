import type { TenantLoad } from '../load/workload.ts';
import { hintFrom } from '../platform/closest.ts';
import type { Diagnostic, Result } from '../platform/diagnostics.ts';
import type { Platform } from '../platform/platform.ts';
import type { ConstantLoadPhase, WrittenConstantLoad, WrittenTenantLoad } from './scenario.ts';

/** Constant load as it runs: with a rate, and of each tenant, where the file tells them apart, with what it does. */
export function constantLoadOf(
  { tenants, rate, ...rest }: WrittenConstantLoad,
  platform: Platform,
  path: string,
): Result<ConstantLoadPhase> {
  // That there is one of the two the schema has seen to.
  if (tenants === undefined) return { ok: true, value: { ...rest, rate: rate ?? 0 } };
  const diagnostics = Object.entries(tenants).flatMap(([tenant, { journeys }]) => [
    ...unknown(
      `${path}.tenants`,
      tenant,
      'tenants',
      platform.tenants.map(({ id }) => id),
    ),
    ...placesOf(journeys, `${path}.tenants.${tenant}.journeys`).flatMap(([name, place]) =>
      unknown(place, name, 'journeys', Object.keys(platform.journeys)),
    ),
  ]);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const perTenant = Object.entries(tenants).map(([tenant, written]) => ofTenant(tenant, written, platform));
  return { ok: true, value: { ...rest, rate: perTenant.reduce((sum, one) => sum + one.rate, 0), perTenant } };
}

function ofTenant(tenant: string, { rate, journeys }: WrittenTenantLoad, platform: Platform): TenantLoad {
  return { tenant, rate, weights: isNames(journeys) ? usualWeights(journeys, platform) : journeys };
}

function usualWeights(
  names: readonly string[] | undefined,
  { journeys }: Platform,
): Readonly<Record<string, number>> {
  const usual = Object.keys(journeys).filter((name) => (journeys[name]?.weight ?? 0) > 0);
  return Object.fromEntries(
    (names ?? usual).map((name) => {
      // One that is otherwise for the smoke gate alone weighs as much as any.
      const weight = journeys[name]?.weight ?? 0;
      return [name, weight > 0 ? weight : 1];
    }),
  );
}

/** The journeys that a tenant's load names, and where in the file. */
function placesOf(
  journeys: WrittenTenantLoad['journeys'],
  path: string,
): readonly (readonly [name: string, place: string])[] {
  return isNames(journeys)
    ? (journeys ?? []).map((name, at) => [name, `${path}[${at}]`])
    : Object.keys(journeys).map((name) => [name, `${path}.${name}`]);
}

function isNames(journeys: WrittenTenantLoad['journeys']): journeys is readonly string[] | undefined {
  return journeys === undefined || Array.isArray(journeys);
}

function unknown(path: string, written: string, what: string, known: readonly string[]): Diagnostic[] {
  return known.includes(written)
    ? []
    : [
        {
          path,
          expected: `the name of one of the platform's ${what}`,
          found: JSON.stringify(written),
          hint: hintFrom(written, known),
        },
      ];
}
