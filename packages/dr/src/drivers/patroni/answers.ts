import { z } from 'zod';
import { jsonOf, type HttpAnswer } from '../http.ts';

const member = z.object({
  name: z.string(),
  role: z.string(),
  state: z.string(),
  timeline: z.number().optional(),
  lag: z.union([z.number(), z.string()]).optional(),
});

const cluster = z.object({ members: z.array(member), pause: z.boolean().default(false) });

const report = z.object({
  state: z.string(),
  role: z.string(),
  timeline: z.number().optional(),
  xlog: z
    .object({
      location: z.number().optional(),
      received_location: z.number().nullish(),
      replayed_location: z.number().nullish(),
      replayed_timestamp: z.string().nullish(),
    })
    .optional(),
  replication: z.array(z.object({ application_name: z.string(), state: z.string() })).default([]),
  cluster_unlocked: z.boolean().default(false),
  pause: z.boolean().default(false),
  database_system_identifier: z.string().optional(),
  patroni: z.object({ version: z.string(), scope: z.string() }),
});

const settings = z.object({
  ttl: z.number().default(30),
  loop_wait: z.number().default(10),
  retry_timeout: z.number().default(10),
  maximum_lag_on_failover: z.number().default(1_048_576),
  primary_start_timeout: z.number().default(300),
  synchronous_mode: z.union([z.boolean(), z.string()]).default(false),
  synchronous_mode_strict: z.boolean().default(false),
  check_timeline: z.boolean().default(false),
  failsafe_mode: z.boolean().default(false),
});

/** What a member knows of all members, from the cluster's store (`GET /cluster`). */
export type ClusterAnswer = z.infer<typeof cluster>;
/** A member's own account (`GET /patroni`). */
export type MemberReport = z.infer<typeof report>;
/** The cluster's settings that decide how it recovers (`GET /config`), with Patroni's defaults. Times in seconds. */
export type ClusterSettings = z.infer<typeof settings>;

export function readCluster(answer: HttpAnswer): ClusterAnswer {
  return read(cluster, answer, 'GET /cluster');
}

/** It answers 503 on a member that is no primary; the account is there all the same. */
export function readReport(answer: HttpAnswer): MemberReport {
  return read(report, answer, 'GET /patroni');
}

export function readSettings(answer: HttpAnswer): ClusterSettings {
  return read(settings, answer, 'GET /config');
}

function read<T>(schema: z.ZodType<T>, answer: HttpAnswer, question: string): T {
  const parsed = schema.safeParse(jsonOf(answer));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(
    `expected Patroni's answer to ${question}, found status ${answer.status} with ${answer.text.slice(0, 200)} ` +
      `(${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`,
  );
}
