import { defineScenario } from '@ordeal/shared/scenario/scenario';

const steady = ['client errors', 'client p95'];
const broken = 'client errors while something is broken';

/** "4.3 Alerting System": what fails its health checks and still answers otherwise is told of. */
export default defineScenario((pace) => {
  const full = pace === 'full';
  return {
    name: 'alerts',
    title: 'Alerts',
    phases: [
      {
        phase: 'load',
        name: 'baseline',
        title: 'Baseline load',
        rate: 60,
        warmUp: full ? 5 : 2,
        judgeFor: full ? 10 : 6,
        objectives: [...steady, 'alerts without a cause'],
      },
      {
        phase: 'experiment',
        name: 'health-checks-fail',
        title: 'Replicas answer 503 to health checks, as they cannot reach their database',
        fault: 'health-checks-fail',
        steadyFor: full ? 8 : 4,
        hold: 10,
        recoverWithin: 20,
        steadyAgainFor: full ? 5 : 3,
        objectives: {
          steady,
          during: [broken],
          recovery: [broken, 'time to steady'],
          // An alert is seen a scrape and an evaluation after its cause.
          whole: ['alert on failed health checks'],
        },
      },
    ],
  };
});
