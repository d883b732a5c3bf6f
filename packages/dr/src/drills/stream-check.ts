import type { ProbeStream } from '../observers/observers.ts';
import { noteCheck, type Course } from './course.ts';

/** Share of bad attempts in a stream above which the platform is not well: before a drill, and after its healing. */
const mostBad = 0.05;

/** Notes whether the stream was well from then on. Returns what is wrong, in words, when it was not. */
export function checkStream(
  course: Course,
  stream: ProbeStream,
  when: string,
  from: number,
): string | undefined {
  const recent = stream.attempts.filter((attempt) => attempt.sent >= from);
  const bad = recent.filter((attempt) => !attempt.ok).length;
  return noteCheck(
    course,
    `stream ${stream.name} is well ${when}`,
    recent.length > 0 && bad <= recent.length * mostBad,
    `${bad} of ${recent.length} attempts were bad (at most ${mostBad * 100} %)`,
  );
}
