import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PrometheusSettings } from '@ordeal/shared/platform/platform';

/** How a Prometheus is asked. Of a secret only the place is known: no file that is written holds one. */
export interface PrometheusAccess {
  readonly auth?:
    | { readonly kind: 'bearer'; readonly variable: string }
    | { readonly kind: 'bearer-file'; readonly file: string }
    | { readonly kind: 'user'; readonly user: string; readonly variable: string };
  readonly tenant?: string;
  readonly caFile?: string;
}

/** As the flags say it. */
export interface PrometheusFlags {
  readonly prometheusBearerEnv?: string;
  readonly prometheusBearerFile?: string;
  readonly prometheusUser?: string;
  readonly prometheusPasswordEnv?: string;
  readonly prometheusTenant?: string;
  readonly prometheusCaFile?: string;
  readonly prometheusJob?: string;
}

/** Flags that say who asks. */
export const ACCESS_FLAGS =
  '--prometheus-bearer-env, --prometheus-bearer-file, --prometheus-user with --prometheus-password-env, --prometheus-tenant, --prometheus-ca-file';

type Env = Readonly<Record<string, string | undefined>>;

/** What is wrong with these flags, as sentences. */
export function accessMistakes(
  flags: PrometheusFlags & { readonly prometheus?: string | undefined },
  { cwd, env }: { readonly cwd: string; readonly env: Env },
): readonly string[] {
  const { prometheusUser: user, prometheusPasswordEnv: password } = flags;
  const ways = [
    ...(flags.prometheusBearerEnv === undefined ? [] : ['--prometheus-bearer-env']),
    ...(flags.prometheusBearerFile === undefined ? [] : ['--prometheus-bearer-file']),
    ...(user === undefined && password === undefined ? [] : ['--prometheus-user']),
  ];
  const variables = [
    ['--prometheus-bearer-env', flags.prometheusBearerEnv],
    ['--prometheus-password-env', password],
  ] as const;
  const files = [
    ['--prometheus-bearer-file', flags.prometheusBearerFile],
    ['--prometheus-ca-file', flags.prometheusCaFile],
  ] as const;
  return [
    ...(ways.length > 1 ? [`${ways.join(' and ')}: expected one way to say who asks`] : []),
    ...((user === undefined) === (password === undefined)
      ? []
      : ['--prometheus-user and --prometheus-password-env: expected both, found one of them']),
    ...variables.flatMap(([flag, name]) =>
      name === undefined || (env[name] ?? '') !== ''
        ? []
        : [
            `${flag}: expected the name of an environment variable that holds the secret; the one that is named is not set`,
          ],
    ),
    ...files.flatMap(([flag, file]) =>
      file === undefined || existsSync(resolve(cwd, file))
        ? []
        : [`${flag}: there is no file ${resolve(cwd, file)}`],
    ),
    ...(flags.prometheusCaFile !== undefined && /^http:/i.test(flags.prometheus ?? '')
      ? [`--prometheus-ca-file: expected an address with https:// beside it, found "${flags.prometheus}"`]
      : []),
  ];
}

/** What the flags say. They have no mistake. Files are named whole: a run may begin in another directory. */
export function accessOf(flags: PrometheusFlags, cwd: string): PrometheusAccess {
  const auth = authOf(flags, cwd);
  return {
    ...(auth === undefined ? {} : { auth }),
    ...(flags.prometheusTenant === undefined ? {} : { tenant: flags.prometheusTenant }),
    ...(flags.prometheusCaFile === undefined ? {} : { caFile: resolve(cwd, flags.prometheusCaFile) }),
  };
}

function authOf(flags: PrometheusFlags, cwd: string): PrometheusAccess['auth'] {
  const { prometheusBearerEnv, prometheusBearerFile, prometheusUser, prometheusPasswordEnv } = flags;
  if (prometheusBearerEnv !== undefined) return { kind: 'bearer', variable: prometheusBearerEnv };
  if (prometheusBearerFile !== undefined) {
    return { kind: 'bearer-file', file: resolve(cwd, prometheusBearerFile) };
  }
  if (prometheusUser === undefined || prometheusPasswordEnv === undefined) return undefined;
  return { kind: 'user', user: prometheusUser, variable: prometheusPasswordEnv };
}

/** As a client is made of it, with the secrets that the environment holds. */
export function settingsOf(
  url: string,
  { auth, tenant, caFile }: PrometheusAccess,
  env: Env,
): PrometheusSettings {
  return {
    url,
    scrapeIntervalSeconds: 15,
    targets: [],
    ...(tenant === undefined ? {} : { tenant }),
    ...(caFile === undefined ? {} : { tls: { caFile } }),
    ...(auth === undefined ? {} : { auth: secretOf(auth, env) }),
  };
}

function secretOf(
  auth: NonNullable<PrometheusAccess['auth']>,
  env: Env,
): NonNullable<PrometheusSettings['auth']> {
  switch (auth.kind) {
    case 'bearer':
      return { bearer: env[auth.variable] ?? '' };
    case 'bearer-file':
      return { bearerFile: auth.file };
    case 'user':
      return { user: auth.user, password: env[auth.variable] ?? '' };
  }
}
