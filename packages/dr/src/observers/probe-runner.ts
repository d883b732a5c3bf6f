import type { ProbeSpec } from '@ordeal/shared/platform/platform';
import type { Clock } from '@ordeal/shared/time/clock';
import { freshConnections, pooledConnections } from './connections.ts';
import type { Attempt } from './observers.ts';
import type { ProbeConfig, StreamReport } from './probe-protocol.ts';
import { send, splitEntry, type Sent } from './send.ts';
import { fillTemplate, type FilledRequest } from '@ordeal/shared/platform/template';
import { startTicker } from './ticker.ts';

export interface ProbeRunner {
  /** What is new since the last call. */
  report(): StreamReport;
  /** No more attempts; resolves when those under way have completed. */
  stop(): Promise<void>;
}

/** Connections that a pooled stream keeps at least. */
const leastPooled = 4;

/** Runs one stream: an attempt every `everyMs`, first at `firstDue`, never waiting for an earlier one. */
export function runProbe(
  config: ProbeConfig,
  spec: ProbeSpec,
  firstDue: number,
  clock: Clock,
  onTrouble: (reason: string) => void,
): ProbeRunner {
  const { origin, prefix } = splitEntry(config.entry);
  const connections =
    spec.connection === 'fresh'
      ? freshConnections(origin, config.timeoutMs)
      : pooledConnections(origin, config.timeoutMs, leastPooled);
  let completed: Attempt[] = [];
  const underWay = new Map<Promise<void>, number>();
  let count = 0;
  let ended = false;

  const ticker = startTicker(firstDue, config.everyMs, clock, (due) => {
    count += 1;
    const request = requestOf(config, spec, prefix, count);
    const started = clock.now();
    const attempt = send(connections, request, config.timeoutMs, clock).then((result) => {
      if (result.kind === 'none' && result.error === 'observer') {
        onTrouble(`probe ${spec.name} could not send: ${result.detail}`);
      }
      completed.push(attemptOf(due, result, spec.expectStatus));
      underWay.delete(attempt);
    });
    underWay.set(attempt, started);
  });

  return {
    report: () => {
      const attempts = completed;
      completed = [];
      const settledUntil = ended ? null : Math.min(clock.now(), ...underWay.values());
      return { attempts, missedTicks: ticker.missed(), settledUntil };
    },
    stop: async () => {
      ticker.stop();
      await Promise.all(underWay.keys());
      ended = true;
      connections.closeAll();
    },
  };
}

function requestOf(config: ProbeConfig, spec: ProbeSpec, prefix: string, count: number): FilledRequest {
  const filled = fillTemplate(
    spec.request,
    {
      id: `${config.collection}-${spec.name}-${count}`,
      collection: config.collection,
      run: config.run,
      tenant: config.tenant,
      payload: 'probe',
      cursor: '',
    },
    config.headers,
  );
  return { ...filled, path: prefix + filled.path };
}

function attemptOf(due: number, result: Sent, expectStatus: number): Attempt {
  const { sent, completed } = result;
  return result.kind === 'answer'
    ? { due, sent, completed, ok: result.status === expectStatus, status: result.status }
    : { due, sent, completed, ok: false, status: 0, error: result.error };
}
