import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/platform/platform.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { planScenario } from '../../src/scenario/plan.ts';
import type { DeployPhase } from '../../src/scenario/deploy-phase.ts';
import type { LoadPhase, WrittenScenario } from '../../src/scenario/scenario.ts';
import { platformValue } from '../platform/platform-value.ts';
import { described } from './described.ts';

const load: LoadPhase = {
  phase: 'load',
  name: 'baseline',
  title: 'Baseline',
  rate: 50,
  warmUp: 1,
  judgeFor: 10,
  objectives: ['errors'],
};
const deploy: DeployPhase = {
  phase: 'deploy',
  name: 'release',
  title: 'Release',
  deployment: 'api',
  version: '2',
  steadyFor: 10,
  within: 300,
  watchFor: 10,
  afterwards: 'go-back',
  objectives: { steady: ['errors'], whole: ['errors'], result: ['time to deploy'] },
};
const platform = (changes: Partial<Platform> = {}): Platform =>
  platformValue({
    deployments: { api: { driver: 'command', config: {} } },
    objectives: {
      ...platformValue().objectives,
      'time to deploy': {
        signal: { from: 'deployment', measure: 'seconds-to-deploy' },
        comparator: '<',
        limit: 300,
        unit: 's',
      },
    },
    ...changes,
  });
const day = (...phases: WrittenScenario['phases']): WrittenScenario => ({
  name: 'day',
  title: 'Day',
  phases,
});
const paths = (...phases: WrittenScenario['phases']): readonly string[] => {
  const parsed = parseScenario(day(...phases), platform(), 'day.ts');
  return parsed.ok ? [] : parsed.diagnostics.map(({ path }) => path);
};
const plan = (of: Platform, phase: DeployPhase) => {
  const describers = { fault: () => described(['p1']), drill: () => [], restore: () => [] };
  const options = { pace: 'full', seed: 1 } as const;
  return planScenario(of, { name: 'day', title: 'Day', phases: [load, phase] }, options, describers);
};

describe('a phase that deploys', () => {
  it('is taken when everything it names is there', () => {
    expect(paths(load, deploy)).toEqual([]);
  });

  it('needs a load that runs on under it, and names that the platform has', () => {
    expect(paths(deploy)).toEqual(['day.ts: phases[0]']);
    const wrong = { ...deploy, deployment: 'apo', objectives: { ...deploy.objectives, result: ['time'] } };
    expect(paths(load, wrong)).toEqual([
      'day.ts: phases[1].objectives.result',
      'day.ts: phases[1].deployment',
    ]);
  });

  it('is planned with what it does', () => {
    const { phases, refusals, undecidable } = plan(platform(), deploy);
    expect(refusals).toEqual([]);
    expect(undecidable).toEqual([]);
    expect(phases[1]?.does.join('\n')).toContain('deploy version 2 (api), within 300 s');
    expect(phases[1]?.does.join('\n')).toContain('go back to the version before');
  });

  it('is refused in production unless that allows it by name', () => {
    const production = platform({ environment: 'production' });
    expect(plan(production, deploy).refusals.join(' ')).toContain('release is not allowed');
  });

  it('is refused in production unless somebody goes back when the machine dies', () => {
    const production = (entry: { readonly unattended?: string }): Platform =>
      platform({
        environment: 'production',
        identity: { hosts: ['*'] },
        guardrails: {
          ...platformValue().guardrails,
          production: { allow: ['load', 'deploy'] },
        } as Platform['guardrails'],
        deployments: { api: { driver: 'command', config: {}, ...entry } },
      });
    expect(plan(production({}), deploy).refusals.join(' ')).toMatch(
      /release would deploy by api, which nobody would take back if this machine died.*unattended/,
    );
    expect(plan(production({ unattended: 'a CronJob that looks every minute' }), deploy).refusals).toEqual(
      [],
    );
    expect(plan(production({}), { ...deploy, afterwards: 'keep' }).refusals).toHaveLength(1);
    expect(plan(platform(), deploy).refusals).toEqual([]);
  });

  it('judges its own measures in its result alone', () => {
    const { undecidable } = plan(platform(), {
      ...deploy,
      objectives: { steady: ['errors'], whole: ['time to deploy'], result: ['errors'] },
    });
    expect(undecidable.map(({ path }) => path).join(' ')).toMatch(
      /window release\/whole, objective "time to deploy".*phase release, objective "errors"/,
    );
  });
});
