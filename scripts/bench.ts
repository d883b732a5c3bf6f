import { ownArguments } from './arguments.ts';
import { benchChaos } from './bench/chaos.ts';
import { benchCommands } from './bench/commands.ts';
import { benchJudge } from './bench/judge.ts';
import { benchLedger } from './bench/ledger.ts';
import { benchLeaks } from './bench/leaks.ts';
import { benchProbes } from './bench/probes.ts';
import { benchKnee } from './bench/knee.ts';
import { benchLoadBundle } from './bench/load-bundle.ts';
import { benchLoadMemory } from './bench/load-memory.ts';
import { benchLoadOutputs } from './bench/load-outputs.ts';
import { benchLoadStart } from './bench/load-start.ts';
import { benchSmoke } from './bench/smoke.ts';

/*
 * The figures that docs/figures.md quotes, measured on this machine: each is a median with its spread over
 * several runs, as machines are noisy. `npm run bench -- judge` measures one section; `--quick` leaves the game days
 * out, and measures load for a shorter time.
 */

const sections: Readonly<Record<string, () => Promise<void>>> = {
  commands: benchCommands,
  smoke: benchSmoke,
  judge: benchJudge,
  chaos: benchChaos,
  probes: benchProbes,
  ledger: benchLedger,
  'load-start': benchLoadStart,
  'load-bundle': benchLoadBundle,
  'load-outputs': benchLoadOutputs,
  'load-memory': benchLoadMemory,
  knee: benchKnee,
  leaks: benchLeaks,
};

const { names: named } = ownArguments({ names: Object.keys(sections), flags: ['quick'] });
for (const [name, section] of Object.entries(sections)) {
  if (named.length === 0 || named.includes(name)) await section();
}
