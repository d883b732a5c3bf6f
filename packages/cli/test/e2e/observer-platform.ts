import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shipped = join(import.meta.dirname, '..', '..', '..', '..', 'platforms', 'agentic-platform');

/**
 * Writes a platform of the test's own into a folder: the shipped one, with settings for Prometheus that are merged
 * into its own and headers for every request (TypeScript of objects, in which `lab` is the lab), and one short scenario in which Prometheus has
 * a say in every window of an experiment. Returns the folder.
 */
export function writeObserverPlatform(dir: string, prometheus: string, headers = '{}'): string {
  const folder = join(dir, 'observed');
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  writeFileSync(
    join(folder, 'platform.ts'),
    `import shipped from ${JSON.stringify(join(shipped, 'platform.ts'))};
export default {
  build: (context) => {
    const platform = shipped.build(context);
    const lab = context.lab();
    return {
      ...platform,
      headers: ${headers},
      objectives: {
        ...platform.objectives,
        'API errors under a fault': { ...platform.objectives['API errors'], limit: 0.5, severity: 'should' },
      },
      prometheus: { ...platform.prometheus, ...${prometheus} },
    };
  },
};
`,
  );
  writeFileSync(
    join(folder, 'scenarios', 'observed.ts'),
    `import { defineScenario } from '@ordeal/shared/scenario/scenario';
const steady = ['client errors', 'API errors'];
const broken = [
  'client errors while a database is unreachable', 'API errors under a fault', 'API metrics present',
];
export default defineScenario(() => ({
  name: 'observed',
  title: 'An experiment that Prometheus watches',
  phases: [
    { phase: 'smoke', name: 'smoke', title: 'Health endpoints and every journey once' },
    {
      phase: 'load', name: 'baseline', title: 'Baseline load',
      rate: 60, warmUp: 2, judgeFor: 6, objectives: steady,
    },
    {
      phase: 'experiment', name: 'database-unreachable', title: 'The database is unreachable from region A',
      fault: 'database-unreachable-from-a',
      // As long as the load balancer's figures take to show it for most of the time.
      steadyFor: 4, hold: 8, recoverWithin: 20, steadyAgainFor: 3,
      objectives: { steady, during: broken, recovery: ['client errors while a database is unreachable'] },
    },
  ],
}));
`,
  );
  return folder;
}
