import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pidOf } from '@ordeal/shared/process/identity';
import type { Clock } from '@ordeal/shared/time/clock';
import { inLab, siteOf, type SiteName } from '../layout/paths.ts';
import { signalProcess } from '@ordeal/shared/process/signal';
import { endProcesses } from '../leftovers/end.ts';
import { findLabProcesses, labMarks } from '../leftovers/find.ts';
import type { SupervisorConfig } from '../supervisor/config.ts';
import { logTail } from '../supervisor/log-tail.ts';
import { runFiles } from '../supervisor/run-files.ts';
import { ask, listens, SupervisorAbsent } from './ask.ts';
import type { UnitStatus } from './protocol.ts';

const ANSWER_WITHIN_MS = 5_000;
const START_WITHIN_MS = 60_000;
const SUPERVISOR_WITHIN_MS = 10_000;

const supervisorProgram = fileURLToPath(new URL('../supervisor/supervisor.main.ts', import.meta.url));

/** Starts, stops, kills and looks at the units of one lab, whether or not their supervisor lives. */
export class SiteControl {
  readonly #labDir: string;
  readonly #clock: Clock;

  constructor(labDir: string, clock: Clock) {
    this.#labDir = labDir;
    this.#clock = clock;
  }

  /** Never rejects because a supervisor is gone. */
  async status(unit: string): Promise<UnitStatus> {
    const socket = inLab.socket(this.#labDir, siteOf(unit));
    try {
      return await ask(socket, { verb: 'status', unit }, ANSWER_WITHIN_MS);
    } catch (error) {
      if (error instanceof SupervisorAbsent) return this.#unsupervised(unit);
      throw error;
    }
  }

  /**
   * Resolves when the unit, or all of a site that was not stopped by name, has come up. A site whose
   * supervisor is gone is started again as a whole, since no unit runs without one.
   */
  async start(unit: string): Promise<UnitStatus> {
    const site = siteOf(unit);
    this.#requireUnit(unit);
    if (unit !== site) runFiles(this.#labDir, unit).clearStopped();
    await this.launch(site);
    return ask(inLab.socket(this.#labDir, site), { verb: 'start', unit }, START_WITHIN_MS);
  }

  /** The unit stays stopped until it is started by name, also when its supervisor is gone or comes back. */
  async stop(unit: string): Promise<UnitStatus> {
    const site = siteOf(unit);
    const { units } = this.#requireUnit(unit);
    if (unit !== site) runFiles(this.#labDir, unit).markStopped();
    try {
      const status = await ask(
        inLab.socket(this.#labDir, site),
        { verb: 'stop', unit },
        SUPERVISOR_WITHIN_MS * 2,
      );
      if (unit === site) await this.#supervisorGone(site);
      return status;
    } catch (error) {
      if (!(error instanceof SupervisorAbsent)) throw error;
    }
    const left = this.#processes(unit);
    await Promise.all(
      units.map((one) =>
        endProcesses(
          left.filter((process) => process.unit === one.name).map(({ identity }) => identity),
          one.stop,
          this.#clock,
        ),
      ),
    );
    return this.status(unit);
  }

  /** SIGKILL to all of the unit's processes at once; for a site its supervisor goes first. */
  async kill(unit: string): Promise<UnitStatus> {
    this.#requireUnit(unit);
    const processes = this.#processes(unit);
    const supervisorFirst = [...processes].sort((x, y) => x.unit.length - y.unit.length);
    for (const { identity } of supervisorFirst) signalProcess(identity, 'SIGKILL');
    await endProcesses(
      processes.map(({ identity }) => identity),
      { signal: 'SIGKILL', withinMs: 0 },
      this.#clock,
    );
    return this.status(unit);
  }

  /** Makes sure that the site has a supervisor that answers. */
  async launch(site: SiteName): Promise<void> {
    if (await listens(inLab.socket(this.#labDir, site))) return;
    const config = this.#config(site);
    const logFile = inLab.log(this.#labDir, site, 'supervisor');
    const log = openSync(logFile, 'a');
    const child = spawn(
      config.node,
      ['--max-semi-space-size=1', supervisorProgram, inLab.config(this.#labDir, site)],
      {
        detached: true,
        stdio: ['ignore', log, log],
        cwd: '/',
        env: labMarks(this.#labDir, site),
      },
    );
    closeSync(log);
    child.unref();
    let broke: string | undefined;
    child.once('error', (error) => {
      broke = `could not be run: ${error.message}`;
    });
    child.once('exit', (code, signal) => {
      // With 0 it has given way to one that was quicker, and which may not answer yet.
      if (code !== 0) broke = `ended (${signal ?? `code ${code}`})`;
    });
    const deadline = this.#clock.now() + SUPERVISOR_WITHIN_MS;
    while (!(await listens(inLab.socket(this.#labDir, site)))) {
      if (broke !== undefined || this.#clock.now() > deadline) {
        throw new Error(
          `The supervisor of ${site} ${broke ?? 'does not answer'}. Its log ends with:\n${logTail(logFile)}`,
        );
      }
      await this.#clock.sleep(20);
    }
  }

  #unsupervised(unit: string): UnitStatus {
    this.#requireUnit(unit);
    const processes = this.#processes(unit);
    return {
      unit,
      state: processes.length === 0 ? 'stopped' : 'degraded',
      ready: false,
      processes: processes.map((one) => ({
        name: one.unit,
        pid: pidOf(one.identity),
        identity: one.identity,
      })),
    };
  }

  #processes(unit: string) {
    return findLabProcesses(this.#labDir).filter(
      (one) => one.unit === unit || one.unit.startsWith(`${unit}/`),
    );
  }

  async #supervisorGone(site: SiteName): Promise<void> {
    const identity = runFiles(this.#labDir, site).alive();
    if (identity !== undefined)
      await endProcesses([identity], { signal: 'SIGTERM', withinMs: 5_000 }, this.#clock);
  }

  #requireUnit(unit: string): SupervisorConfig {
    const config = this.#config(siteOf(unit));
    if (unit !== config.site && !config.units.some((one) => one.name === unit)) {
      const known = config.units.map(({ name }) => name).join(', ');
      throw new Error(`There is no unit "${unit}". ${config.site} has ${known}.`);
    }
    return config;
  }

  #config(site: SiteName): SupervisorConfig {
    const file = inLab.config(this.#labDir, site);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as SupervisorConfig;
    } catch (error) {
      throw new Error(`No lab is up in ${this.#labDir} (there is no ${file}).`, { cause: error });
    }
  }
}
