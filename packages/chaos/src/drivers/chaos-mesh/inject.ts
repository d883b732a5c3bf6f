import { randomUUID } from 'node:crypto';
import type { Acknowledgement, DriverContext } from '@ordeal/shared/drivers/fault';
import { createOnce } from '../../chaos-mesh/create-once.ts';
import type { Order } from '../../chaos-mesh/manifest.ts';
import type { FaultKind } from '../../chaos-mesh/types/kinds.ts';
import { untilInjected, type SeenRecord } from '../../chaos-mesh/watch-fault.ts';
import { findCandidates, targetName } from './candidates.ts';
import { faultSpecOf, namespaceOf, objectNameOf, type ChaosMeshConfig } from './config.ts';
import { connect } from './connect.ts';

/** Creates the fault's object, and waits until every target has confirmed it. */
export async function injectFault(
  config: ChaosMeshConfig,
  context: DriverContext,
): Promise<readonly Acknowledgement[]> {
  const { clock, signal } = context;
  const until = clock.now() + config.injectWithinSeconds * 1000;
  const left = (): number => until - clock.now();
  const connection = await connect(config, context, left());
  const candidates = await findCandidates(config, connection, context, left());
  const order = orderOf(config, randomUUID());
  const sent = clock.now();
  const created = await createOnce(connection.client, order, { clock, signal, until });
  const uid = created.metadata.uid ?? '';
  const { records } = await untilInjected(connection.client, { ...order, uid }, { clock, signal, until });
  if (candidates.are === 'others') {
    return candidates.targets.map(({ name: target }) => ({ target, ...confirmation(sent, records) }));
  }
  // The other end of a network fault has records of its own; the targets are those that were selected.
  const own = records.filter(({ record }) => record.selectorKey === '.');
  const byTarget = Object.groupBy(own, ({ record }) => targetName(record.id));
  return Object.entries(byTarget).map(([target, seen = []]) => ({ target, ...confirmation(sent, seen) }));
}

function orderOf(config: ChaosMeshConfig, injection: string): Order<FaultKind> {
  const { kind, spec } = faultSpecOf(config);
  return {
    kind,
    spec,
    namespace: namespaceOf(config),
    name: objectNameOf(config),
    injection,
    endsAfterSeconds: config.endsAfterSeconds,
    ...(config.pinned === undefined ? {} : { run: config.pinned.run }),
  };
}

function confirmation(sent: number, records: readonly SeenRecord[]): Omit<Acknowledgement, 'target'> {
  return {
    sent,
    confirmed: Math.max(...records.map(({ at }) => at)),
    detail: records
      .map(
        ({ record }) =>
          `${record.id} injected${record.injectedCount > 1 ? ` ${record.injectedCount} times` : ''}`,
      )
      .join(', '),
  };
}
