import { isAlive, pidOf } from '@ordeal/shared/process/identity';
import { signalProcess } from '@ordeal/shared/process/signal';
import type { Clock } from '@ordeal/shared/time/clock';

/** Asks processes to end by a signal, kills those that have not within `withinMs`, and waits until all are gone. */
export async function endProcesses(
  identities: readonly string[],
  ask: { readonly signal: NodeJS.Signals; readonly withinMs: number },
  clock: Clock,
): Promise<void> {
  for (const identity of identities) signalProcess(identity, ask.signal);
  if (await allGone(identities, ask.withinMs, clock)) return;
  for (const identity of identities) signalProcess(identity, 'SIGKILL');
  if (await allGone(identities, 5_000, clock)) return;
  const left = identities.filter(isAlive).map(pidOf);
  throw new Error(`Processes ${left.join(', ')} of the lab do not end, even when killed. End them by hand.`);
}

async function allGone(identities: readonly string[], withinMs: number, clock: Clock): Promise<boolean> {
  const deadline = clock.now() + withinMs;
  while (identities.some(isAlive)) {
    if (clock.now() >= deadline) return false;
    await clock.sleep(5);
  }
  return true;
}
