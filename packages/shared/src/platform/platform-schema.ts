import { isIP } from 'node:net';
import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { autoscalerSchema } from './autoscaler-spec.ts';
import { ledgerSchema } from './ledger-schema.ts';
import { limitSchema } from './limit-schema.ts';
import { needed } from './needed-schema.ts';
import { objectiveSchema } from './objective-schema.ts';
import {
  clusterIdentity,
  headers,
  headerValue,
  name,
  requestTemplate,
  status,
  text,
} from './platform-parts.ts';
import { podsSchema } from './pods-spec.ts';
import { probeSchema } from './probe-schema.ts';
import { matchersText } from './selector-text.ts';
import { tenantDirectorySchema } from './tenant-directory.ts';

const httpUrl = z.url({ protocol: /^https?$/ });
/** Addresses stand in records and are asked about at terminals. */
const entryUrl = httpUrl.refine(
  (value) => {
    const url = URL.parse(value);
    return url === null || (url.username === '' && url.password === '');
  },
  { error: 'An address without user and password: what authorizes belongs into headers.authorization.' },
);
/** Of an IP address nobody is asked where it leads: clients would stay where they are, however a name is moved. */
const namedEntry = entryUrl.refine(
  (value) => isIP(URL.parse(value)?.hostname.replaceAll(/[[\]]/g, '') ?? '') === 0,
  'an address with a name in it, such as http://app.example.com, and not with an IP address',
);
/** It is trimmed before it is sent: what is read from a file or a variable often ends with a new line. */
const token = z
  .string()
  .regex(/^\s*[\u0021-\u007e]+\s*$/, { error: 'A token is one word of ASCII characters.' });
const nameServer = z.string().refine((address) => {
  const [, bracketed, plain = address, port = '53'] =
    /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(address) ?? [];
  return isIP(bracketed ?? plain) !== 0 && Number(port) >= 1 && Number(port) <= 65_535;
}, 'an IP address, with a port where that is not 53 (10.0.0.2 or 10.0.0.2:5353)');
const positive = z.number().positive();
const count = z.number().int().positive();
/** A timer waits for so long at most (2^31 ms): one for longer ends at once. */
const LONGEST_SECONDS = 2_147_483;

/** How a server with Prometheus' interface knows who asks, and how it is known. */
const access = {
  auth: needed(() =>
    z.union([
      z.strictObject({ bearer: token }),
      z.strictObject({ bearerFile: text }),
      z.strictObject({ user: text, password: z.string() }),
    ]),
  ).optional(),
  tenant: headerValue.min(1).optional(),
  headers: headers.optional(),
  tls: z.strictObject({ caFile: text }).optional(),
};

const driverEntry = lazily(() => z.strictObject({ driver: text, config: z.unknown() }));

/** The whole of a platform file's value, by shape alone. What refers to what is checked in `parse-platform.ts`. */
export const platformSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
  title: text,
  environment: z.enum(['lab', 'test', 'staging', 'production']),
  entry: entryUrl,
  byName: needed(() => z.strictObject({ entry: namedEntry, servers: z.array(nameServer).min(1) })).optional(),
  regions: z.array(text).min(1),
  timeoutMs: positive,
  headers,
  tenantHeader: text,
  tenants: z
    .array(
      z.strictObject({
        id: text,
        allowedRegions: z.array(text).min(1),
        takesTurns: z.boolean().optional(),
      }),
    )
    .min(1)
    // Smoke, probes and the ledger act for the first one.
    .refine(([first]) => first?.takesTurns !== false, {
      path: [0, 'takesTurns'],
      error: 'nothing or true: the first tenant is the one that everything but load acts for',
    }),
  tenantDirectory: needed(tenantDirectorySchema).optional(),
  health: z.array(z.strictObject({ name, url: text, expectStatus: status })),
  journeys: z.record(name, z.strictObject({ file: z.instanceof(URL), weight: z.number().nonnegative() })),
  secrets: z.record(name, z.string().min(1)).optional(),
  prometheus: z.strictObject({
    url: httpUrl,
    ...access,
    parameters: z.record(z.string(), z.string()).optional(),
    timeoutSeconds: positive.optional(),
    limits: needed(() =>
      z.strictObject({
        concurrency: count.optional(),
        samplesPerRead: count.optional(),
        samplesInAll: count.optional(),
      }),
    ).optional(),
    regions: z.array(text).optional(),
    scrapeIntervalSeconds: positive,
    targets: z.array(z.strictObject({ name, selector: text, least: count })),
  }),
  objectives: z.record(name, objectiveSchema),
  faults: z.record(
    name,
    needed(() =>
      z.strictObject({
        title: text,
        driver: text,
        config: z.unknown(),
        revives: z.enum(['nothing', 'old-primary']),
        outOf: z.strictObject({ what: text, count }).optional(),
        witness: z
          .strictObject({ promql: text, unit: text, moves: z.enum(['up', 'down']), atLeast: positive })
          .optional(),
      }),
    ),
  ),
  load: needed(() =>
    z.strictObject({
      baseline: positive,
      spike: z.number().gt(1).optional(),
      objectives: z.array(text).min(1),
      duringSpike: z.array(text).min(1).optional(),
    }),
  ).optional(),
  generators: needed(() =>
    z.strictObject({
      kubernetes: z.unknown().optional(),
      remoteWrite: z.strictObject({ url: httpUrl, ...access }).optional(),
    }),
  ).optional(),
  stores: z.record(name, needed(driverEntry)),
  routes: z.record(
    name,
    needed(() => driverEntry().extend({ usually: z.array(text).min(1).optional() })),
  ),
  backups: z
    .record(
      name,
      needed(() => driverEntry().extend({ restore: z.unknown() })),
    )
    .optional(),
  deployments: z
    .record(
      name,
      needed(() => driverEntry().extend({ unattended: text.optional() })),
    )
    .optional(),
  autoscalers: z.record(name, needed(autoscalerSchema)).optional(),
  pods: z.record(name, needed(podsSchema)).optional(),
  limits: z.record(name, needed(limitSchema)).optional(),
  elsewhere: needed(() =>
    z.strictObject({
      backups: z.record(name, text).optional(),
      faults: z.record(name, text).optional(),
      deployments: z.record(name, text).optional(),
      limits: z.record(name, text).optional(),
    }),
  ).optional(),
  probes: z.array(needed(probeSchema)),
  ledger: needed(ledgerSchema).nullable(),
  sweep: needed(() =>
    z.strictObject({
      requests: z.array(requestTemplate()),
      count: requestTemplate().extend({ field: text }),
    }),
  ).nullable(),
  guardrails: z.strictObject({
    allowFaults: z.array(text),
    allowTargets: z.array(text).optional(),
    maxRate: positive,
    maxTargets: count,
    maxShare: z.number().gt(0).max(1).optional(),
    maxRunSeconds: positive.max(LONGEST_SECONDS),
    abort: z.strictObject({
      errorRatio: z.number().gt(0).max(1),
      consecutiveSeconds: count,
      leastAttempts: count,
      silentSeconds: positive,
    }),
    production: needed(() =>
      z.strictObject({
        allow: z.array(z.enum(['load', 'limit', 'experiment', 'drill', 'restore', 'deploy'])),
        tokenSha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, { error: 'The SHA-256 of the token in 64 hexadecimal digits.' })
          .optional(),
      }),
    ).optional(),
    refuseDuring: needed(() =>
      z.strictObject({
        alerts: matchersText.optional(),
        work: z
          .record(
            name,
            z.union([
              z.strictObject({ promql: text }),
              z.strictObject({
                command: z.tuple([text], z.string()),
                withinSeconds: positive.max(600).optional(),
              }),
            ]),
          )
          .optional(),
      }),
    ).optional(),
    coordination: needed(() => z.strictObject({ cluster: clusterIdentity(), namespace: text })).optional(),
  }),
  identity: needed(() =>
    z
      .strictObject({
        hosts: z.array(text).min(1).optional(),
        clusters: z.array(clusterIdentity()).min(1).optional(),
        databases: z
          .record(
            name,
            z.string().regex(/^\d+$/, { error: 'Digits: SELECT system_identifier FROM pg_control_system()' }),
          )
          .optional(),
      })
      .refine((identity) => Object.keys(identity).length > 0, { error: 'hosts, clusters or databases' }),
  ).optional(),
});
