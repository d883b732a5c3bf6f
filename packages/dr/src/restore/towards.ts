/** A server that programs are led to by their environment. */
export interface Towards {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly url: string;
}

/** Variables of libpq that say where a connection leads, or that what it finds there has to be another one. */
const OTHERS = [
  'PGHOSTADDR',
  'PGSERVICE',
  'PGSERVICEFILE',
  'PGSYSCONFDIR',
  'PGTARGETSESSIONATTRS',
  'PGLOADBALANCEHOSTS',
  'PGPASSWORD',
  'PGPASSFILE',
  'PGOPTIONS',
  'PGREQUIREAUTH',
  'PGREQUIREPEER',
  'PGREQUIRESSL',
  'PGSSLMODE',
  'PGSSLNEGOTIATION',
  'PGSSLCERTMODE',
  'PGSSLROOTCERT',
  'PGCHANNELBINDING',
  'PGGSSENCMODE',
];

/**
 * A command in an environment in which every program of PostgreSQL finds that server and no other; all else stays as it
 * is. A service or an address that whoever runs this has set for a live server would win over the host, also over that
 * of the URL (https://www.postgresql.org/docs/current/libpq-envars.html).
 */
export function towards(
  { host, port, user, database, url }: Towards,
  command: readonly string[],
): readonly string[] {
  return [
    'env',
    ...OTHERS.flatMap((name) => ['-u', name]),
    `PGHOST=${host}`,
    `PGPORT=${port}`,
    `PGUSER=${user}`,
    `PGDATABASE=${database}`,
    `DATABASE_URL=${url}`,
    ...command,
  ];
}
