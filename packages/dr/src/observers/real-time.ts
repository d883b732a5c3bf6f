import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { reasonOf } from '@ordeal/shared/reason-of';

/** How an observer is scheduled beside everything else. */
export type Scheduling =
  { readonly scheduling: 'real time' } | { readonly scheduling: 'as usual'; readonly why: string };

/** Shares of a processor: what takes less may go before everything else, and what takes more may not stay there. */
const CHEAP = 0.15;
const DEAR = 0.25;
const WITHIN_MS = 2000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Each is tried in turn. `chrt` says what it does. */
type Ways = readonly (readonly string[])[];
const ASK: Ways = [['--reset-on-fork', '--rr', '--pid', '1']];
/** Whom a limit (RTPRIO) alone permits real time may not take the flag back; older versions of `chrt` refuse it here. */
const GIVE_UP: Ways = [
  ['--other', '--pid', '0'],
  ['--reset-on-fork', '--other', '--pid', '0'],
];

/** Told second by second what the observer takes, it sees to how that is scheduled. */
export interface RealTime {
  look(cpuShare: number): void;
}

/**
 * Asks for the lowest real-time priority once the observer has shown that it is cheap. A better nice value alone counts
 * for little: a kernel that groups processes by session (autogroup), or by control group, weighs it only within that
 * group, and an observer has a session of its own. One that becomes dear gives it up for good: on a busy machine it
 * would be what the platform suffers from. Needs CAP_SYS_NICE or a limit that permits it (RTPRIO), and `chrt`
 * (`program`); what was denied is told with its reason, and what could not be given up is tried to be again.
 */
export function realTime(pid: number, onChange: (now: Scheduling) => void, program = 'chrt'): RealTime {
  let state: 'usual' | 'changing' | 'real time' | 'settled' = 'usual';
  const schedule = async ([argv = [], ...others]: Ways): Promise<void> => {
    try {
      await promisify(execFile)(program, ['--all-tasks', ...argv, String(pid)], {
        env: { PATH },
        timeout: WITHIN_MS,
      });
    } catch (error) {
      if (others.length === 0) throw error;
      await schedule(others);
    }
  };
  const change = async (ways: Ways, then: typeof state, now: Scheduling): Promise<void> => {
    const before = state;
    state = 'changing';
    try {
      await schedule(ways);
      state = then;
      onChange(now);
    } catch (error) {
      if (before === 'real time') {
        // It is in real time still, as was told.
        state = before;
        return;
      }
      state = 'settled';
      onChange({ scheduling: 'as usual', why: `real time was denied: ${deniedBy(error)}` });
    }
  };
  return {
    look: (share) => {
      if (state === 'usual' && share < CHEAP) {
        void change(ASK, 'real time', { scheduling: 'real time' });
      } else if (state === 'real time' && share > DEAR) {
        const why = `it took ${(100 * share).toFixed(0)} % of a processor, which is too much to go before all others`;
        void change(GIVE_UP, 'settled', { scheduling: 'as usual', why });
      }
    },
  };
}

/** What the program itself said, which is shorter than that its command failed. */
function deniedBy(error: unknown): string {
  const { stderr } = error as { readonly stderr?: unknown };
  return typeof stderr === 'string' && stderr.trim() !== '' ? stderr.trim() : reasonOf(error);
}
