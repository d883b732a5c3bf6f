import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';
import type { Clock } from '@ordeal/shared/time/clock';
import { signalProcess } from '@ordeal/shared/process/signal';
import { endProcesses } from '../leftovers/end.ts';
import { findLabProcesses, labMarks } from '../leftovers/find.ts';
import { holds } from './check.ts';
import type { Unit } from './config.ts';
import { logTail } from './log-tail.ts';
import { runFiles, type RunFiles } from './run-files.ts';

const RESTART_DELAY_MS = 50;
const RESTART_DELAY_AT_MOST_MS = 2_000;
/** A process that ends sooner than this after its start is in a crash loop: the delay doubles. */
const QUICK_EXIT_MS = 2_000;
/** Starting gives up when the process has ended that often in a row. */
const QUICK_EXITS_UNTIL_FAILED = 3;
/** Each look costs both sides: many units start at the same time. */
const LOOK_EVERY_MS = 50;
const START_WITHIN_MS = 30_000;
/** Once started, how long `start` waits for what may depend on other units. */
const READY_WITHIN_MS = 2_000;

interface Running {
  readonly child: ChildProcess;
  readonly identity: string;
  readonly since: number;
  readonly ended: Promise<void>;
}

/** Keeps one unit's process as it should be: replaced when it dies or hangs, gone when it was stopped. */
export class SupervisedUnit {
  readonly unit: Unit;
  readonly #labDir: string;
  readonly #files: RunFiles;
  readonly #clock: Clock;
  #wanted: boolean;
  #running: Running | undefined;
  #launching: Promise<void> | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #livenessTimer: NodeJS.Timeout | undefined;
  #quickExits = 0;
  #lastEnd = 'has not run yet';

  constructor(unit: Unit, labDir: string, clock: Clock) {
    this.unit = unit;
    this.#labDir = labDir;
    this.#clock = clock;
    this.#files = runFiles(labDir, unit.name);
    this.#wanted = !this.#files.stopped();
  }

  get wanted(): boolean {
    return this.#wanted;
  }

  /** Of the process that runs. One that has just died is not told of, even before its end was noticed. */
  get identity(): string | undefined {
    const identity = this.#running?.identity;
    return identity !== undefined && isAlive(identity) ? identity : undefined;
  }

  /** Starts the process unless it was stopped on purpose before. */
  begin(): void {
    if (this.#wanted) void this.#launch();
  }

  /** Lifts an earlier stop. Resolves when the unit has come up, and is ready unless that takes others. */
  async start(): Promise<void> {
    this.#files.clearStopped();
    if (!this.#wanted || this.#running === undefined) {
      this.#wanted = true;
      this.#quickExits = 0;
      clearTimeout(this.#restartTimer);
      await this.#launch();
    }
    await this.settled();
  }

  /** Resolves when the unit has come up; rejects when its process keeps dying, or takes too long. */
  async settled(): Promise<void> {
    const deadline = this.#clock.now() + START_WITHIN_MS;
    const failed = (what: string) =>
      new Error(`${this.unit.name} ${what}. Its log ends with:\n${logTail(this.unit.log)}`);
    while (this.#running === undefined || !(await holds(this.unit.started))) {
      if (!this.#wanted) throw new Error(`${this.unit.name} was stopped while it was starting.`);
      if (this.#quickExits >= QUICK_EXITS_UNTIL_FAILED) throw failed(`does not come up: it ${this.#lastEnd}`);
      if (this.#clock.now() > deadline) throw failed(`did not come up within ${START_WITHIN_MS / 1000} s`);
      await this.#clock.sleep(LOOK_EVERY_MS);
    }
    const grace = this.#clock.now() + READY_WITHIN_MS;
    while (this.#clock.now() < grace && this.#wanted && !(await holds(this.unit.ready))) {
      await this.#clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** Ends the process, and keeps it from coming back until `start`. */
  async stop(): Promise<void> {
    this.#files.markStopped();
    await this.end();
  }

  /** Ends the process because the whole site ends: it comes back with the site. */
  async end(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restartTimer);
    await this.#launching;
    const running = this.#running;
    if (running === undefined) return;
    await endProcesses([running.identity], this.unit.stop, this.#clock);
    await running.ended;
  }

  kill(): void {
    if (this.#running) signalProcess(this.#running.identity, 'SIGKILL');
  }

  #launch(): Promise<void> {
    this.#launching ??= this.#launchOnce()
      .catch((error: Error) => this.#ended(`could not be started: ${error.message}`, this.#clock.now()))
      .finally(() => {
        this.#launching = undefined;
      });
    return this.#launching;
  }

  async #launchOnce(): Promise<void> {
    if (this.#running !== undefined) return;
    await this.#clearDataDir();
    if (!this.#wanted) return;
    const { unit } = this;
    const log = openSync(unit.log, 'a');
    const child = spawn(unit.argv[0]!, unit.argv.slice(1), {
      cwd: unit.cwd,
      env: { ...unit.env, ...labMarks(this.#labDir, unit.name) },
      stdio: ['ignore', log, log],
      // A group of its own: what is sent to the supervisor's group must not reach it.
      detached: true,
      ...unit.runAs,
    });
    closeSync(log);
    const since = this.#clock.now();
    const ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#ended(`could not be run: ${error.message}`, since);
        resolve();
      });
      child.once('exit', (code, signal) => {
        this.#ended(signal === null ? `ended with code ${code}` : `was ended by ${signal}`, since);
        resolve();
      });
    });
    const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
    if (identity === undefined) return; // It has ended already, which its event is about to tell.
    this.#running = { child, identity, since, ended };
    this.#files.started(identity);
    this.#watchLiveness(identity);
  }

  #ended(how: string, since: number): void {
    this.#running = undefined;
    this.#lastEnd = how;
    clearTimeout(this.#livenessTimer);
    this.#files.ended();
    const { restart = { afterMs: RESTART_DELAY_MS } } = this.unit;
    if (!this.#wanted || restart === 'never') return;
    this.#quickExits = this.#clock.now() - since < QUICK_EXIT_MS ? this.#quickExits + 1 : 0;
    const delay = Math.min(
      restart.afterMs * 2 ** Math.max(0, this.#quickExits - 1),
      Math.max(restart.afterMs, RESTART_DELAY_AT_MOST_MS),
    );
    this.#restartTimer = setTimeout(() => void this.#launch(), delay);
  }

  #watchLiveness(identity: string): void {
    const { liveness } = this.unit;
    if (liveness === undefined) return;
    let failures = 0;
    let comeUp = false;
    const look = async () => {
      const alive = await holds(liveness.check);
      if (this.#running?.identity !== identity) return;
      comeUp ||= alive;
      failures = alive || !comeUp ? 0 : failures + 1;
      if (failures >= liveness.failures) this.kill();
      else this.#livenessTimer = setTimeout(look, liveness.everyMs);
    };
    this.#livenessTimer = setTimeout(look, liveness.everyMs);
  }

  async #clearDataDir(): Promise<void> {
    const { dataDir } = this.unit;
    if (dataDir === undefined) return;
    const left = findLabProcesses(this.#labDir).filter(({ unit }) => unit === this.unit.name);
    await endProcesses(
      left.map(({ identity }) => identity),
      this.unit.stop,
      this.#clock,
    );
    rmSync(join(dataDir, 'postmaster.pid'), { force: true });
  }
}
