/** One server of a backend, as HAProxy sees it. */
export interface ServerState {
  readonly name: string;
  /** What an operator has said of it. */
  readonly admin: 'ready' | 'drain' | 'maint';
  /** HAProxy's own word, for instance `UP`, `DOWN 1/2`, `MAINT`. */
  readonly status: string;
  /** Whether it has a health check that runs. Checks rest during maintenance. */
  readonly checked: boolean;
  /** It passes its health check, with no failure since; or it has none. */
  readonly healthy: boolean;
}

const statColumns = ['pxname', 'svname', 'status', 'check_rise'];
const stateColumns = ['srv_name', 'srv_admin_state'];

/**
 * Servers of the backend from the answers of `show stat` and `show servers state <backend>`. It takes both: the
 * first says `DOWN` of a server that is down, whether or not it is drained as well.
 */
export function parseServers(stat: string, state: string, backend: string): readonly ServerState[] {
  const admins = new Map(
    // The first line is the format's version.
    table(state.split('\n').slice(1), ' ', stateColumns).map((row) => [
      row['srv_name'],
      adminOf(Number(row['srv_admin_state'])),
    ]),
  );
  return table(stat.split('\n'), ',', statColumns)
    .filter((row) => row['pxname'] === backend && row['svname'] !== 'BACKEND' && row['svname'] !== 'FRONTEND')
    .map((row) => {
      const name = row['svname'] ?? '';
      const status = row['status'] ?? '';
      const admin = admins.get(name);
      if (admin === undefined) {
        throw new Error(
          `HAProxy's "show stat" names server ${backend}/${name}, its "show servers state" does not`,
        );
      }
      const healthy = status === 'UP' || status === 'DRAIN' || status === 'no check';
      return { name, admin, status, healthy, checked: row['check_rise'] !== '' };
    });
}

/** Bits of `srv_admin_state`: 0x01, 0x02, 0x04 and 0x20 are kinds of maintenance, 0x08 and 0x10 of draining. */
function adminOf(bits: number): ServerState['admin'] {
  if ((bits & 0x27) !== 0) return 'maint';
  return (bits & 0x18) === 0 ? 'ready' : 'drain';
}

function table(
  lines: readonly string[],
  separator: string,
  columns: readonly string[],
): readonly Readonly<Record<string, string>>[] {
  const [first = '', ...rest] = lines;
  const header = first.replace(/^# /, '').split(separator);
  const missing = columns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new Error(`expected a table from HAProxy with the columns ${missing.join(', ')}, found "${first}"`);
  }
  return rest
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(separator);
      return Object.fromEntries(columns.map((name) => [name, fields[header.indexOf(name)] ?? '']));
    });
}
