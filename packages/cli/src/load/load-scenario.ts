import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hintFrom } from '@ordeal/shared/platform/closest';
import { notRunInWords, takeOutNotRun, type NotRunPhase } from '@ordeal/shared/scenario/not-run';
import { parseScenario } from '@ordeal/shared/scenario/parse-scenario';
import type {
  PaceName,
  Phase,
  Scenario,
  ScenarioFile,
  WrittenScenario,
} from '@ordeal/shared/scenario/scenario';
import { CommandError, exitCodes, mistakesIn } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { importFile, shownPath } from './import-file.ts';
import type { LoadedPlatform } from './load-platform.ts';

/** Reads a scenario from the platform's folder, and keeps those of its phases that are wanted. */
export async function loadScenario(
  name: string,
  pace: PaceName,
  loaded: LoadedPlatform,
  edge: Edge,
  wanted: (phase: Phase) => boolean,
  /** Takes out what is not to be read, and says where load comes from. */
  narrow: (scenario: WrittenScenario) => WrittenScenario = (scenario) => scenario,
): Promise<Scenario> {
  const folder = join(loaded.folder, 'scenarios');
  const file = join(folder, `${name}.ts`);
  if (!existsSync(file)) {
    const known = existsSync(folder) ? readdirSync(folder).map((entry) => entry.replace(/\.ts$/, '')) : [];
    throw new CommandError(
      `Platform ${loaded.platform.name} has no scenario "${name}": ${hintFrom(name, known)}.`,
      exitCodes.usage,
    );
  }
  const shown = shownPath(edge.cwd, file);
  const exported = (await importFile(file, 'The scenario'))['default'] as ScenarioFile | undefined;
  if (typeof exported?.build !== 'function') {
    throw mistakesIn(shown, [
      {
        path: `${shown}: default`,
        expected: 'export default defineScenario(pace => ({ … }))',
        found: exported === undefined ? 'no default export' : 'something else',
        hint: "import { defineScenario } from '@ordeal/shared/scenario/scenario'",
      },
    ]);
  }
  const regionsOf = (store: string): readonly string[] =>
    loaded.drivers.store(store).nodes.map(({ region }) => region);
  const written = exported.build(pace);
  // What is no scenario at all is told as such.
  const narrowed = Array.isArray(written?.phases) ? narrow(written) : written;
  const { scenario, notRun } = Array.isArray(narrowed?.phases)
    ? takeOutNotRun(narrowed, loaded.platform.elsewhere)
    : { scenario: narrowed, notRun: [] };
  if (notRun.length > 0 && scenario.phases.length === 0) throw nothingToRun(notRun);
  const parsed = parseScenario(scenario, loaded.platform, shown, regionsOf);
  if (!parsed.ok) throw mistakesIn(shown, parsed.diagnostics);
  const phases = parsed.value.phases.filter(wanted);
  if (phases.length === 0) {
    throw new CommandError(
      `Scenario "${name}" of ${loaded.platform.name} has no phase of that kind.`,
      exitCodes.usage,
    );
  }
  return { ...parsed.value, phases, ...(notRun.length === 0 ? {} : { notRun }) };
}

/** What was asked for is none of what can be run where the platform is. */
export function nothingToRun(notRun: readonly NotRunPhase[]): CommandError {
  const lines = notRun.map((phase) => `  - ${notRunInWords(phase)}`);
  return new CommandError(
    `Nothing of what was asked for can be run here:\n${lines.join('\n')}`,
    exitCodes.usage,
  );
}
