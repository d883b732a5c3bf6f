import type { Acknowledgement, DriverContext, FaultStatus, Target } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Host } from '../shell/host.ts';
import { HostRefusal, talk, type Said } from '../shell/talk.ts';
import { scriptOf, type FaultScript } from './fault-script.ts';

/** What the host would hit. Rejects with `HostRefusal` when it cannot be done there. */
export async function findTargets(
  host: Host,
  fault: FaultScript,
  context: DriverContext,
): Promise<readonly Target[]> {
  const said = await talk(host, scriptOf(fault, 'targets'), context);
  refuseFor(host, fault, said);
  return said.flatMap(({ word, fields: [name = '', identity = ''] }) =>
    word === 'target' ? [{ name, ...(identity === '' ? {} : { identity }) }] : [],
  );
}

/** Arms the fault's timer, and then injects it. */
export async function injectScript(
  host: Host,
  fault: FaultScript,
  context: DriverContext,
): Promise<readonly Acknowledgement[]> {
  let sent: number | undefined;
  const asked = (said: readonly Said[]): void => {
    refuseFor(host, fault, said);
    sent = context.clock.now();
  };
  const said = await talk(host, scriptOf(fault, 'inject'), context, {
    mark: { ORDEAL_FAULT: fault.token },
    asks: { word: 'armed', asked },
  });
  if (sent === undefined) throw new Error(`${host.name} has not armed the fault's timer.`);
  return acknowledgementsOf(said, sent);
}

/** Whether any of the fault is left on the host. */
export async function lookAtScript(
  host: Host,
  fault: FaultScript,
  context: DriverContext,
): Promise<FaultStatus> {
  try {
    const said = await talk(host, scriptOf(fault, 'status'), context);
    const told = said.find(({ word }) => word === 'present' || word === 'unknown');
    if (told === undefined) return { state: 'absent' };
    const words = `${told.fields.join(' ')} on ${host.name}`;
    return told.word === 'present'
      ? { state: 'present', detail: words }
      : { state: 'unknown', reason: words };
  } catch (error) {
    return { state: 'unknown', reason: reasonOf(error) };
  }
}

/** Ends the timer and takes the fault out. Resolves when the host shows nothing of it. */
export async function healScript(host: Host, fault: FaultScript, context: DriverContext): Promise<void> {
  await talk(host, scriptOf(fault, 'heal'), context);
}

/** One acknowledgement a target: it is in when the last of its parts is. */
function acknowledgementsOf(said: readonly Said[], sent: number): readonly Acknowledgement[] {
  const targets = Map.groupBy(
    said.filter(({ word }) => word === 'ack'),
    ({ fields }) => fields[0] ?? '',
  );
  return [...targets].map(([target, parts]) => ({
    target,
    sent,
    confirmed: Math.max(...parts.map(({ at }) => at)),
    detail: parts.map(({ fields }) => fields[1] ?? '').join(', '),
  }));
}

function refuseFor(host: Host, { refusal }: FaultScript, said: readonly Said[]): void {
  const reason = refusal?.(said);
  if (reason !== undefined) throw new HostRefusal(`${host.name}: ${reason}.`);
}
