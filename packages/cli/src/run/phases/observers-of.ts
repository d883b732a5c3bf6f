import { join } from 'node:path';
import type { ObserversSpec } from '@ordeal/dr/observers/start-observers';
import type { Session } from '../session.ts';

/** Where a phase's observers write, and as whom: the same for drills and for restores. */
export function observersOf(
  name: string,
  session: Session,
): Pick<
  ObserversSpec,
  | 'name'
  | 'entry'
  | 'nameServers'
  | 'headers'
  | 'tenant'
  | 'collection'
  | 'ledger'
  | 'node'
  | 'certificates'
  | 'anchor'
> {
  const { loaded, context, anchor } = session;
  const { platform } = loaded;
  const tenant = platform.tenants[0]?.id ?? '';
  return {
    name,
    ...(platform.byName === undefined
      ? { entry: platform.entry }
      : { entry: platform.byName.entry, nameServers: platform.byName.servers }),
    headers: { ...platform.headers, [platform.tenantHeader]: tenant, 'x-ordeal-run': context.runId },
    tenant,
    collection: collectionOf(name, session),
    ledger: platform.ledger,
    node: session.programs.node,
    certificates: session.certificates,
    anchor,
  };
}

/** The collection that a phase's ledger writes into. */
export function collectionOf(name: string, { context }: Pick<Session, 'context'>): string {
  return `${context.runId}-${name}`;
}

/** The file of a phase's ledger, as the observers name it. */
export function ledgerFileOf(name: string, { context }: Pick<Session, 'context'>): string {
  return join(context.dir, `ledger-${name}.jsonl`);
}
