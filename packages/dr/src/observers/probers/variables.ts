import type { ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import type { TemplateVariables } from '@ordeal/shared/platform/template';
import type { ProbeConfig } from '../probe-protocol.ts';

/** Connections that a pooled stream keeps at least. */
export const leastKept = 4;

/** What may be replaced in attempt number `count`. */
export function variablesOf(config: ProbeConfig, spec: ProbeSpec, count: number): TemplateVariables {
  return {
    id: `${config.collection}-${spec.name}-${count}`,
    collection: config.collection,
    run: config.run,
    tenant: config.tenant,
    payload: 'probe',
    cursor: '',
  };
}
