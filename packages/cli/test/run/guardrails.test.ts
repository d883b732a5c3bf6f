import { createHash } from 'node:crypto';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { AlertRule } from '@ordeal/shared/prometheus/alert-rules';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import type { Answer, Reading, SampleValue } from '@ordeal/shared/prometheus/reading';
import type { Plan } from '@ordeal/shared/scenario/plan';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/command-error.ts';
import { lookAtAlerts } from '../../src/run/guardrails/alerts.ts';
import { confirmProduction } from '../../src/run/guardrails/confirm-production.ts';
import { lookAtWork } from '../../src/run/guardrails/work.ts';

const { signal } = new AbortController();
const away = { ok: false, error: { kind: 'unreachable', message: 'it is away' } } as const;
const series = (...values: readonly (readonly [Record<string, string>, SampleValue])[]): Answer<Reading> => ({
  ok: true,
  value: { series: values.map(([labels, value]) => ({ labels, samples: [[0, value]] })), warnings: [] },
});

function prometheus(instant: Answer<Reading>, rules: Answer<readonly AlertRule[]> = away): Prometheus {
  return { instant: async () => instant, alertRules: async () => rules } as unknown as Prometheus;
}

describe('an alert during which nothing begins', () => {
  const critical = 'severity="critical"';
  const rule: AlertRule = {
    name: 'Down',
    labels: { severity: 'critical' },
    health: 'ok',
    lastError: '',
    lastEvaluation: 0,
    forSeconds: 0,
  };
  const rules = (...all: readonly AlertRule[]) => ({ ok: true, value: all }) as const;
  const look = async (instant: Answer<Reading>, known: Answer<readonly AlertRule[]>) =>
    lookAtAlerts(prometheus(instant, known), critical, signal);

  it('is named when it fires', async () => {
    const firing = series([{ alertname: 'Down', alertstate: 'firing', region: 'a' }, 1]);
    expect((await look(firing, rules(rule))).reasons).toEqual([
      'alerts fire (severity="critical"): Down{region="a"}',
    ]);
  });
  it('lets a run begin when none fires, and there is one that could', async () => {
    expect(await look(series(), rules(rule))).toEqual({ reasons: [], warnings: [] });
  });
  it.each([
    ['nobody answers', away, rules(rule), /cannot be told: it is away/],
    ['no rule fits', series(), rules({ ...rule, labels: { severity: 'page' } }), /watches nothing/],
    ['its rule fails', series(), rules({ ...rule, health: 'err', lastError: 'no' }), /its rule fails \(no\)/],
  ] as const)('refuses when %s', async (_, instant, known, sentence) => {
    expect((await look(instant, known)).reasons).toEqual([expect.stringMatching(sentence)]);
  });
  it('warns when nobody can say whether there is a rule', async () => {
    expect(await look(series(), away)).toMatchObject({ reasons: [], warnings: [expect.any(String)] });
  });
});

describe('other work', () => {
  const asked = (instant: Answer<Reading>) =>
    lookAtWork('a backup', { promql: 'backups_running' }, asking(instant));
  const asking = (instant: Answer<Reading>) => ({
    prometheus: prometheus(instant),
    clock: systemClock,
    signal,
  });
  const ran = (...command: [string, ...string[]]) =>
    lookAtWork('a deploy', { command, withinSeconds: 5 }, asking(away));

  it('lets a run begin when it is known not to be under way', async () => {
    expect(await asked(series([{}, 0]))).toBeUndefined();
    expect(await ran('false')).toBeUndefined();
    expect(await ran('sh', '-c', 'exit 3')).toBeUndefined();
  });
  it('refuses while it is under way', async () => {
    expect(await asked(series([{}, 1]))).toBe('a backup is under way (backups_running is 1)');
    expect(await ran('true')).toBe('a deploy is under way (true ended with 0)');
  });
  it('refuses when that cannot be told', async () => {
    expect(await asked(away)).toMatch(/cannot be told: it is away/);
    expect(await asked(series())).toMatch(/cannot be told: backups_running gives no value/);
    expect(await asked(series([{}, 'NaN']))).toMatch(/cannot be told: backups_running is NaN/);
    expect(await asked(series([{ a: '1' }, 0], [{ a: '2' }, 0]))).toMatch(/gives 2 values/);
    expect(await ran('sh', '-c', 'exit 7')).toMatch(/cannot be told: sh -c exit 7 ended with 7/);
    expect(await ran('/no/such/program')).toMatch(/cannot be told/);
  });
});

describe('production', () => {
  const token = 'a-long-token';
  const platform = (environment: Platform['environment'], tokenSha256?: string) =>
    ({
      name: 'shop',
      entry: 'https://shop.example',
      environment,
      guardrails: { production: { allow: ['experiment'], ...(tokenSha256 ? { tokenSha256 } : {}) } },
    }) as unknown as Platform;
  const hash = createHash('sha256').update(token).digest('hex');
  const phase = (kind: string) => ({ name: 'it', title: 'It', kind, expectedSeconds: 1, does: ['kill'] });
  const plan = (...kinds: readonly string[]) => ({ phases: kinds.map(phase) }) as unknown as Plan;
  const edge = (typed: string | undefined, env: Record<string, string> = {}) => {
    const asked: string[] = [];
    return {
      asked,
      env,
      ask: async (question: string) => {
        asked.push(question);
        return typed;
      },
    };
  };
  const confirm = (
    value: Platform,
    at: ReturnType<typeof edge>,
    what: Plan = plan('smoke', 'experiment'),
  ): Promise<unknown> =>
    confirmProduction(value, what, at, new AbortController().signal).catch((error: unknown) => error);

  it('is confirmed by its name at a terminal, which shows what is done', async () => {
    const terminal = edge('shop');
    expect(await confirm(platform('production'), terminal)).toBeUndefined();
    expect(terminal.asked[0]).toMatch(/This is PRODUCTION \(shop, https:\/\/shop\.example\).*kill/s);
  });
  it.each([
    ['another name', platform('production'), edge('shpo'), /was not confirmed/],
    [
      'no terminal',
      platform('production'),
      edge(undefined),
      /neither a terminal .* nor ORDEAL_PRODUCTION_TOKEN/,
    ],
    [
      'another token',
      platform('production', hash),
      edge('shop', { ORDEAL_PRODUCTION_TOKEN: 'x' }),
      /is not the token/,
    ],
    [
      'a token where none is taken',
      platform('production'),
      edge('shop', { ORDEAL_PRODUCTION_TOKEN: token }),
      /takes no token/,
    ],
  ] as const)('is refused with %s', async (_, value, at, sentence) => {
    const error = await confirm(value, at);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringMatching(sentence) });
  });
  it('is confirmed by its token in a pipeline', async () => {
    const pipeline = edge(undefined, { ORDEAL_PRODUCTION_TOKEN: token });
    expect(await confirm(platform('production', hash), pipeline)).toBeUndefined();
    expect(pipeline.asked).toEqual([]);
  });
  it('asks nothing for the smoke gate, and nothing elsewhere', async () => {
    expect(await confirm(platform('production'), edge(undefined), plan('smoke'))).toBeUndefined();
    expect(await confirm(platform('staging'), edge(undefined))).toBeUndefined();
  });
});
