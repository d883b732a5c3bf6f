import type { FilledRequest } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import { timedOut } from '../failure.ts';
import { firstWord } from '../first-word.ts';
import type { Wires, Word } from './wire.ts';

/** Sends one request and waits for its whole answer; a body that breaks off is no answer. Never rejects. */
export async function sendPlain(
  wires: Wires,
  request: FilledRequest,
  timeoutMs: number,
  clock: Clock,
): Promise<{ readonly sent: number } & Word> {
  const wire = wires.take();
  const sent = clock.now();
  const word = await firstWord<Word>(
    timeoutMs,
    () => ({ kind: 'none', completed: clock.now(), ...timedOut(timeoutMs) }),
    (say) => wire.ask(request, say),
  );
  wires.giveBack(wire, word.kind === 'answer' ? 'usable' : 'broken');
  return { sent, ...word };
}
