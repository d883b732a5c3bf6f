/**
 * Name of the scenario in which a tenant does a journey. k6 puts a scenario's own tags on all that happens in it, but not
 * on the ticks that it dropped: of these its name alone tells whose they were. It may hold but letters, digits and `_`.
 */
export function tenantScenario(journey: number, tenant: string): string {
  return `journey_${journey}_tenant_${Buffer.from(tenant).toString('hex')}`;
}

/** Whose scenario it is; undefined of one that is nobody's. */
export function tenantOfScenario(name: string | undefined): string | undefined {
  const hex = /^journey_\d+_tenant_([0-9a-f]+)$/.exec(name ?? '')?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString();
}
