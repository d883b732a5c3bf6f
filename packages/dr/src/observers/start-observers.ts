import { join } from 'node:path';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import type { NamedEntry } from '@ordeal/shared/platform/platform';
import type { ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import type { ClockAnchor } from '@ordeal/shared/time/clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { GuardianGone } from '@ordeal/shared/undo/guarded-ledger';
import type { LedgerCommand, LedgerEvent, LedgerProgress } from '../ledger/ledger-protocol.ts';
import { ledgerFlags } from '../ledger/ledger-flags.ts';
import { resumedAt } from '../ledger/silence.ts';
import { deleteWritten, writtenEntry, type WrittenUndo } from '../ledger/written.ts';
import { processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import { startObserverProcess, type Health, type ObserverProcess } from './observer-process.ts';
import type { Observers } from './observers.ts';
import type { ProbeCommand, ProbeConfig, ProbeEvent } from './probe-protocol.ts';
import type { Scheduling } from './real-time.ts';
import { streamStore } from './stream-store.ts';
import { collectionsOf } from '@ordeal/shared/platform/template';

/** What the observers of one drill do. */
export interface ObserversSpec {
  /** Of the drill; part of the names of the evidence files. */
  readonly name: string;
  /** Base address that clients use. */
  readonly entry: string;
  /** Who is asked where the entry's name leads; absent: the system. */
  readonly nameServers?: NamedEntry['servers'];
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tenant: string;
  /** Unique for the drill, and begins with the run's id. The ledger writes into it and nobody else does. */
  readonly collection: string;
  readonly probes: readonly ProbeSpec[];
  readonly probeEveryMs: number;
  /** Milliseconds until an attempt counts as bad. */
  readonly probeTimeoutMs: number;
  /**
   * Whether the probes may go before every usual process of this machine, for as long as they are cheap. Not for several
   * at a time: together they would leave nothing for the others.
   */
  readonly probesInRealTime: boolean;
  readonly ledger: LedgerSpec | null;
  /** Writes a second. */
  readonly ledgerRate: number;
  /** Milliseconds until the outcome of a write is given up as unknown. Default: 1 s, or the probes' if longer. */
  readonly ledgerTimeoutMs?: number;
  /** How long an observer may take to stop behind what it has under way. Default: 15 s. */
  readonly stopDeadlineMs?: number;
  /** How long one reading of the whole ledger may take, with all its retries. Default: a minute. */
  readonly readDeadlineMs?: number;
  /** How long the platform may take to delete what was written. Default: 20 s. */
  readonly clearDeadlineMs?: number;
  /** The Node program that the observers run on. */
  readonly node: string;
  /** File of certificates (PEM) that they trust besides those that Node brings along. */
  readonly certificates?: string | undefined;
  readonly anchor: ClockAnchor;
}

type Probes = ObserverProcess<ProbeCommand, ProbeEvent>;
type Ledger = ObserverProcess<LedgerCommand, LedgerEvent> & { readonly file: string };

const startsWithinMs = 15_000;
/** Longer than a ledger of any size may hold up the signs of life that its process gives while it is read. */
const silentWhileReadMs = 120_000;
/** What did not start has hardly written anything. */
const clearsUnstartedWithinMs = 2000;

/**
 * Starts the probe streams and the ledger, each in a process of its own. Resolves when both are under way; rejects,
 * and leaves nothing running, when one does not start. Their evidence is in the run's directory:
 * `probes-<name>.jsonl` and `ledger-<name>.jsonl`.
 *
 * The probes' `{{collection}}` is another one than the ledger's, so that their writes are never taken for phantoms.
 */
export async function startObservers(spec: ObserversSpec, context: RunContext): Promise<Observers> {
  const { clock } = context;
  context.signal.throwIfAborted();
  const probeCollection = `${spec.collection}-p`;
  const stores = spec.probes.map((probe) => streamStore(probe.name, spec.probeEveryMs, spec.probeTimeoutMs));
  let progress: LedgerProgress = { first: null, last: null, acknowledged: 0 };
  let resumed: number | undefined;
  let trouble: string | null = null;

  const program = {
    node: spec.node,
    clock,
    certificates: spec.certificates,
  };
  const probes: Probes = startObserverProcess(new URL('./probe.main.ts', import.meta.url), {
    ...program,
    name: 'probe process',
    onEvent: (event: ProbeEvent) => {
      if (event.type === 'batch') event.reports.forEach((report, i) => stores[i]?.add(report));
      if (event.type === 'trouble') trouble ??= event.reason;
      if (event.type === 'scheduling') {
        context.journal.append({ type: 'note', message: `${spec.name}: ${inWords(event)}` });
      }
    },
  });
  const ledger: Ledger | null =
    spec.ledger === null
      ? null
      : {
          file: join(context.dir, `ledger-${spec.name}.jsonl`),
          ...startObserverProcess<LedgerCommand, LedgerEvent>(
            new URL('../ledger/ledger.main.ts', import.meta.url),
            {
              ...program,
              name: 'ledger process',
              flags: ledgerFlags,
              onEvent: (event) => {
                if (event.type === 'progress') {
                  const settings = { rate: spec.ledgerRate, timeoutMs: ledgerTimeoutMs(spec) };
                  resumed = resumedAt(progress, event.progress, settings) ?? resumed;
                  ({ progress } = event);
                }
                if (event.type === 'trouble') trouble ??= event.reason;
              },
            },
          ),
        };
  const endBoth = async (): Promise<void> => {
    await Promise.all([probes.end(), ledger?.end()]);
  };

  const common = {
    entry: spec.entry,
    ...(spec.nameServers === undefined ? {} : { nameServers: spec.nameServers }),
    headers: spec.headers,
    run: context.runId,
    tenant: spec.tenant,
  };
  const written: WrittenUndo | null =
    spec.ledger === null
      ? null
      : {
          ...common,
          writers: [probes.pid, ledger?.pid ?? 0].flatMap((pid) =>
            pid > 0 ? (processIdentity(pid) ?? []) : [],
          ),
          ledger: spec.ledger,
          collection: spec.collection,
          probed: spec.probes.flatMap((probe) =>
            'request' in probe ? collectionsOf(probe.request, probeCollection) : [],
          ),
        };
  let entry: UndoEntry | null = null;
  const clear = async (deadlineMs: number): Promise<void> => {
    if (written === null || entry === null) return;
    // Not the run's own signal: what was written is deleted after an interruption as well.
    await deleteWritten(written, deadlineMs, { clock, signal: new AbortController().signal });
    context.undo.settle(entry.id, 'run');
  };
  try {
    // On disk before the first write: it is deleted whatever becomes of this process.
    entry = written === null ? null : context.undo.push(writtenEntry(written, spec.name, clock.wall()));
    const config: ProbeConfig = {
      ...common,
      file: join(context.dir, `probes-${spec.name}.jsonl`),
      collection: probeCollection,
      probes: spec.probes,
      everyMs: spec.probeEveryMs,
      timeoutMs: spec.probeTimeoutMs,
      realTime: spec.probesInRealTime,
    };
    const limits = { timeoutMs: startsWithinMs, signal: context.signal };
    await Promise.all([
      probes.ask({ type: 'start', config }, ['ready'], limits),
      spec.ledger === null
        ? null
        : ledger
            ?.ask(
              {
                type: 'start',
                config: { ...common, ...ledgerSettings(spec, spec.ledger), file: ledger.file },
              },
              ['ready', 'start-failed'],
              limits,
            )
            .then((event) => {
              if (event.type === 'start-failed') throw new Error(event.reason);
            }),
    ]);
  } catch (error) {
    await endBoth();
    // What cannot be deleted now stays open, and is healed with everything else.
    await clear(clearsUnstartedWithinMs).catch((left: unknown) =>
      context.journal.append({ type: 'warning', message: reasonOf(left) }),
    );
    // It says of the run what it says: that nothing may be begun.
    if (error instanceof GuardianGone) throw error;
    throw new Error(`the observers of ${spec.name} could not be started: ${reasonOf(error)}`, {
      cause: error,
    });
  }

  // One that is frozen, or cannot write to its disk, never answers: the run has to end, and heal, without it.
  const stopsWithin = (underWayMs: number) => ({
    timeoutMs: underWayMs + (spec.stopDeadlineMs ?? 15_000),
  });
  let stoppedWriting: Promise<void> | null = null;
  let stoppedProbes: Promise<void> | null = null;
  let disposed: Promise<void> | null = null;

  const dispose = async (): Promise<void> => {
    await endBoth();
    await clear(spec.clearDeadlineMs ?? 20_000);
  };

  return {
    streams: () => stores.map((store) => store.stream()),
    ledger: () => ({ ...progress, ...(resumed === undefined ? {} : { resumed }) }),
    healthy: () => healthOf(probes.health(), ledger?.health(), trouble),
    stopWriting: () => {
      stoppedWriting ??= Promise.resolve(
        ledger?.ask({ type: 'stop' }, ['stopped'], stopsWithin(ledgerTimeoutMs(spec))),
      ).then(() => undefined);
      return stoppedWriting;
    },
    readBack: async (fault, targetSeconds) => {
      if (ledger === null) throw new Error('This platform has no ledger, so nothing can be said of loss.');
      if (stoppedWriting === null) throw new Error('Stop writing before reading the ledger back.');
      await stoppedWriting;
      const question = { fault, targetSeconds, anchor: spec.anchor };
      // A platform that does not answer is read for a minute: a run that is being ended does not wait for that.
      const event = await ledger.ask({ type: 'read', question }, ['read-done', 'read-failed'], {
        silentMs: silentWhileReadMs,
        signal: context.signal,
      });
      if (event.type === 'read-failed') throw new Error(event.reason);
      return event.record;
    },
    stopProbes: () => {
      stoppedProbes ??= probes
        .ask({ type: 'stop' }, ['stopped'], stopsWithin(spec.probeTimeoutMs))
        .then(() => undefined);
      return stoppedProbes;
    },
    dispose: () => {
      disposed ??= dispose();
      return disposed;
    },
  };
}

function inWords(given: Scheduling): string {
  return given.scheduling === 'real time'
    ? 'the probes are scheduled in real time'
    : `the probes are scheduled as usual (${given.why}): on a busy machine they may be late`;
}

function ledgerTimeoutMs({ ledgerTimeoutMs: own, probeTimeoutMs }: ObserversSpec): number {
  return own ?? Math.max(1000, probeTimeoutMs);
}

function ledgerSettings(spec: ObserversSpec, ledger: LedgerSpec) {
  return {
    collection: spec.collection,
    spec: ledger,
    rate: spec.ledgerRate,
    writeTimeoutMs: ledgerTimeoutMs(spec),
    readDeadlineMs: spec.readDeadlineMs ?? 60_000,
  };
}

function healthOf(probes: Health, ledger: Health | undefined, trouble: string | null): Health {
  if (!probes.ok) return probes;
  if (ledger?.ok === false) return ledger;
  return trouble === null ? { ok: true } : { ok: false, reason: trouble };
}
