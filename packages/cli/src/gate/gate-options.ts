import { parseScope, type Scope } from '@ordeal/shared/judge/scope';
import type { Diagnostic } from '@ordeal/shared/platform/diagnostics';
import { parseDuration } from '@ordeal/shared/time/duration';
import { CommandError, exitCodes } from '../command-error.ts';
import { INSTANT_EXPECTED, parseInstant } from './instant.ts';

/** What the gate's commands share, as it was written on the command line. */
export interface GateFlags {
  readonly objective?: readonly string[];
  readonly scope?: string;
  readonly startedAfter?: string;
}

/** What of the platform is judged. */
export interface Narrowing {
  /** Names of objectives; null for all that Prometheus can tell. */
  readonly objectives: readonly string[] | null;
  readonly scope: Scope | undefined;
  /** Only instances whose process started then or later. Wall-clock milliseconds. */
  readonly startedAfter: number | undefined;
}

/** Added to the title of what is judged: runs of different scopes are not to be compared. */
export function scopedOrNot({ scope, startedAfter }: Narrowing): string {
  return scope === undefined && startedAfter === undefined ? '' : ', scoped';
}

/** Collects the mistakes in flags, so that all of them are told at once. */
export interface FlagReader {
  duration(flag: string, text: string): number;
  instant(flag: string, text: string): number;
  narrowing(flags: GateFlags): Narrowing;
  wrong(flag: string, expected: string, found: string, hint: string): void;
  /** Throws if anything was wrong. */
  check(command: string): void;
}

/** Reads flags. Durations come as milliseconds, instants as wall-clock milliseconds; NaN for what was wrong. */
export function readFlags(nowWallMs: number): FlagReader {
  const mistakes: Diagnostic[] = [];
  const wrong = (path: string, expected: string, found: string, hint: string): number => {
    mistakes.push({ path, expected, found, hint });
    return Number.NaN;
  };
  const instant = (flag: string, text: string): number => {
    const parsed = parseInstant(text, nowWallMs);
    return parsed.ok ? parsed.wallMs : wrong(flag, INSTANT_EXPECTED, `"${text}"`, parsed.problem);
  };
  return {
    wrong,
    instant,
    duration: (flag, text) => {
      const parsed = parseDuration(text);
      return parsed.ok
        ? parsed.seconds * 1000
        : wrong(flag, 'a duration (90s, 30m, 1h30m)', `"${text}"`, parsed.problem);
    },
    narrowing: ({ objective, scope: written, startedAfter: since }) => {
      const scope = written === undefined ? undefined : parseScope(written);
      if (written !== undefined && scope === undefined) {
        wrong(
          '--scope',
          'label matchers as PromQL writes them',
          `"${written}"`,
          `for instance --scope 'version="v2",region=~"a|b"'`,
        );
      }
      const startedAfter = since === undefined ? undefined : instant('--started-after', since);
      if (startedAfter !== undefined && startedAfter > nowWallMs) {
        wrong(
          '--started-after',
          'a time that is past',
          new Date(startedAfter).toISOString(),
          'give the time at which the deploy began, for instance -5m',
        );
      }
      return { objectives: objective ?? null, scope, startedAfter };
    },
    check: (command) => {
      if (mistakes.length === 0) return;
      const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
      throw new CommandError(
        `\`ordeal ${command}\` has ${count}; nothing was asked.`,
        exitCodes.usage,
        mistakes,
      );
    },
  };
}
