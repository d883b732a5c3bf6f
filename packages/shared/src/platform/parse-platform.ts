import type { Diagnostic, Result } from './diagnostics.ts';
import { hintFrom } from './closest.ts';
import { isEntryPath } from './entry-path.ts';
import { allowedDriver } from '../scenario/guardrails/fault-kinds.ts';
import { fromZod } from './from-zod.ts';
import { platformSchema } from './platform-schema.ts';
import type { Platform } from './platform.ts';
import { limitMistakes } from './limit-mistakes.ts';

/** Checks what a platform file exports. All mistakes come at once, each with its path. */
export function parsePlatform(raw: unknown, path: string): Result<Platform> {
  const shape = fromZod(platformSchema, raw, `${path}: `);
  if (!shape.ok) return shape;
  const platform = shape.value as Platform;
  const diagnostics = [
    ...regionsOfTenants(platform, path),
    ...regionsOfPrometheus(platform, path),
    ...regionsOfRoutes(platform, path),
    ...allowedDrivers(platform, path),
    ...healthAddresses(platform, path),
    ...uniqueProbes(platform, path),
    ...probesByName(platform, path),
    ...limitMistakes(platform, path),
    ...usualLoad(platform, path),
    ...knownDatabases(platform, path),
    ...somethingToLoad(platform, path),
  ];
  return diagnostics.length === 0 ? { ok: true, value: platform } : { ok: false, diagnostics };
}

function regionsOfTenants(platform: Platform, path: string): Diagnostic[] {
  return platform.tenants.flatMap((tenant, index) =>
    tenant.allowedRegions
      .filter((region) => !platform.regions.includes(region))
      .map((region) => ({
        path: `${path}: tenants[${index}].allowedRegions`,
        expected: 'names of regions of this platform',
        found: JSON.stringify(region),
        hint: hintFrom(region, platform.regions),
      })),
  );
}

function regionsOfPrometheus({ prometheus, regions }: Platform, path: string): Diagnostic[] {
  return (prometheus.regions ?? [])
    .filter((region) => !regions.includes(region))
    .map((region) => ({
      path: `${path}: prometheus.regions`,
      expected: 'names of regions of this platform; [] where it lives outside of all of them',
      found: JSON.stringify(region),
      hint: hintFrom(region, regions),
    }));
}

function regionsOfRoutes({ routes, regions }: Platform, path: string): Diagnostic[] {
  return Object.entries(routes).flatMap(([name, { usually = [] }]) =>
    usually
      .filter((region) => !regions.includes(region))
      .map((region) => ({
        path: `${path}: routes[${JSON.stringify(name)}].usually`,
        expected: 'names of regions of this platform',
        found: JSON.stringify(region),
        hint: hintFrom(region, regions),
      })),
  );
}

/** Who is told how long to keep a name has to have one. */
function probesByName({ probes, byName }: Platform, path: string): Diagnostic[] {
  if (byName !== undefined) return [];
  return probes.flatMap((probe, index) =>
    'keepsName' in probe && probe.keepsName !== undefined
      ? [
          {
            path: `${path}: probes[${index}].keepsName`,
            expected: 'a platform that is found by name (byName)',
            found: JSON.stringify(probe.keepsName),
            hint: 'say in byName which name is asked of which name servers, or take keepsName out',
          },
        ]
      : [],
  );
}

function allowedDrivers(platform: Platform, path: string): Diagnostic[] {
  return Object.entries(platform.faults)
    .filter(([, fault]) => !platform.guardrails.allowFaults.map(allowedDriver).includes(fault.driver))
    .map(([name, fault]) => ({
      path: `${path}: faults[${JSON.stringify(name)}].driver`,
      expected: `one of guardrails.allowFaults (${platform.guardrails.allowFaults.join(', ')})`,
      found: JSON.stringify(fault.driver),
      hint: 'allow the driver in guardrails.allowFaults, or take the fault out',
    }));
}

function healthAddresses(platform: Platform, path: string): Diagnostic[] {
  return platform.health.flatMap((check, index) =>
    isEntryPath(check.url) || URL.canParse(check.url)
      ? []
      : [
          {
            path: `${path}: health[${index}].url`,
            expected: 'an absolute address, or a path that begins with one /',
            found: JSON.stringify(check.url),
            hint: `write ${JSON.stringify(check.url.replace(/^[/\\]*/, '/'))} for a path below the entry, and the whole address of what is elsewhere`,
          },
        ],
  );
}

function usualLoad({ load, objectives, guardrails }: Platform, path: string): Diagnostic[] {
  if (load === undefined) return [];
  const known = Object.keys(objectives);
  const missing = (['objectives', 'duringSpike'] as const).flatMap((field) =>
    (load[field] ?? [])
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: `${path}: load.${field}`,
        expected: "the name of one of the platform's objectives",
        found: JSON.stringify(name),
        hint: hintFrom(name, known),
      })),
  );
  const tooMuch = [
    { field: 'baseline', rate: load.baseline },
    ...(load.spike === undefined ? [] : [{ field: 'spike', rate: load.baseline * load.spike }]),
  ].filter(({ rate }) => rate > guardrails.maxRate);
  return [
    ...missing,
    ...tooMuch.map(({ field, rate }) => ({
      path: `${path}: load.${field}`,
      expected: `at most guardrails.maxRate (${guardrails.maxRate}/s)`,
      found: `${rate}/s`,
      hint: 'correct one of the two',
    })),
  ];
}

function knownDatabases({ identity, stores }: Platform, path: string): Diagnostic[] {
  const known = Object.keys(stores);
  return Object.keys(identity?.databases ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `${path}: identity.databases[${JSON.stringify(name)}]`,
      expected: "the name of one of the platform's stores",
      found: JSON.stringify(name),
      hint: hintFrom(name, known),
    }));
}

/** A journey of weight 0 is for the smoke gate alone; a platform that has only these can bear no load. */
function somethingToLoad({ journeys }: Platform, path: string): Diagnostic[] {
  const weights = Object.values(journeys).map(({ weight }) => weight);
  if (weights.length === 0 || weights.some((weight) => weight > 0)) return [];
  return [
    {
      path: `${path}: journeys`,
      expected: 'at least one journey with a weight above 0',
      found: `${weights.length} of weight 0`,
      hint: 'weight 0 keeps a journey out of the load: give those that are load a weight',
    },
  ];
}

function uniqueProbes(platform: Platform, path: string): Diagnostic[] {
  const names = platform.probes.map((probe) => probe.name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: `${path}: probes[${index}].name`,
            expected: 'a name of its own for each probe',
            found: `${JSON.stringify(name)} a second time`,
            hint: 'rename one of the two',
          },
        ],
  );
}
