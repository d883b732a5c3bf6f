import type { DriverEntry } from '../platform.ts';
import type { LabSite } from '../site.ts';

const strategies = {
  rolling: 'the API, one replica after another',
  'blue-green': 'the API, as a whole new set beside the old one',
  canary: 'the API, with a canary first',
} as const;

/** How versions of the lab's API are deployed; it takes one back that is bad. Versions: `1.1.0`, `1.1.0-errors`, … */
export function labDeployment({ deploy }: LabSite, strategy: keyof typeof strategies): DriverEntry {
  return {
    driver: 'command',
    config: {
      what: strategies[strategy],
      start: { argv: [...deploy, 'start', strategy, '{{version}}'] },
      status: { argv: [...deploy, 'status'] },
      rollBack: { argv: [...deploy, 'rollback', '{{version}}'] },
    },
  };
}
