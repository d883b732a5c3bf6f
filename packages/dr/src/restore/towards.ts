/** A server that programs are led to by their environment. */
export interface Towards {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly url: string;
}

/** Those of libpq; WAL-G and its like have PGDATA, and pgBackRest has its own. */
const LIBPQ = /^PG(?!DATA$|BACKREST_)/;

/**
 * An environment in which every program of PostgreSQL finds that server and no other: all else stays as it is. A service
 * or an address that whoever runs this has set for a live server would win over the host, also over that of the URL.
 */
export function environmentTowards(
  { host, port, user, database, url }: Towards,
  from: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const others = Object.entries(from).flatMap(([name, value]) =>
    value === undefined || LIBPQ.test(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(others),
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    DATABASE_URL: url,
  };
}
