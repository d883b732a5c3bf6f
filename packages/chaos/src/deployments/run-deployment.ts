import type { DeploymentDriver, DeploymentStatus } from '@ordeal/shared/drivers/deployment';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import { deploymentNotBegun } from '@ordeal/shared/record/deployment-not-begun';
import type { DeploymentRecord, WindowRecord } from '@ordeal/shared/record/record';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { toWall } from '@ordeal/shared/time/clock';
import { exactly, type Span } from '@ordeal/shared/time/interval';
import type { ExperimentDeps } from '../experiment/deps.ts';
import { observeSteady } from '../experiment/steady-window.ts';
import { besideAlarm, Stopped, type Watched } from './alarm.ts';
import type { DeploymentConfig } from './config.ts';
import { secondsBetween } from './course.ts';
import { follow, type Followed, type Following } from './follow.ts';
import { goBack } from './go-back.ts';
import { DEPLOYMENT_DRIVER, type DeploymentUndo } from './healer.ts';

export interface DeploymentDeps extends Pick<
  ExperimentDeps,
  'stream' | 'steady' | 'abort' | 'anchor' | 'generatorEnded'
> {
  readonly driver: DeploymentDriver;
  /** The driver's settings: by them another process can go back. */
  readonly commands: DeploymentConfig;
}

export interface DeploymentOutcome {
  readonly record: DeploymentRecord;
  readonly windows: readonly WindowRecord[];
}

/** More than all that a run in order may wait for: after it the undo entry is healed by others. */
const SPARE_SECONDS = 600;
/** Requests that are under way when the deployment is over end within this, and belong to it. What fails later may. */
const TAIL_MS = 1_500;

/**
 * One deployment under the running workload: steady → deploy → watch → go back. What the platform or its commands do
 * wrong is in the record, and never a rejection. An interruption leaves the undo entry open, for whoever heals.
 */
export async function runDeployment(
  phase: DeployPhase,
  deps: DeploymentDeps,
  context: RunContext,
): Promise<DeploymentOutcome> {
  const { clock, journal, signal } = context;
  const driving: DriverContext = {
    clock,
    signal,
    say: (message) => journal.append({ type: 'note', message }),
  };
  const windows: WindowRecord[] = [];
  const close = (part: 'steady' | 'whole', span: Span): void => {
    const window = windowOf(phase, part, span, deps);
    windows.push(window);
    journal.append({ type: 'window-closed', window });
  };
  let before: DeploymentStatus | undefined;
  const notBegun = (because: string): DeploymentOutcome => ({
    record: { ...emptyRecord(phase, before), because },
    windows,
  });
  try {
    before = await deps.driver.status(driving);
  } catch (error) {
    return notBegun(`how it stands cannot be told: ${reasonOf(error)}`);
  }
  const [from, ...others] = before.versions;
  if (from === undefined || others.length > 0 || !before.settled) {
    return notBegun(`another deployment is under way: ${before.detail || before.versions.join(', ')}`);
  }
  if (from === phase.version) return notBegun(`${from} is what serves already`);
  const steady = await observeSteady({ phase, deps, context, before: 'the deployment' });
  close('steady', steady.span);
  if (steady.refusal !== undefined) return notBegun(steady.refusal);

  const undoConfig: DeploymentUndo = { run: context.runId, version: from, commands: deps.commands };
  const undo = context.undo.push({
    driver: DEPLOYMENT_DRIVER,
    config: undoConfig,
    describe: `version ${phase.version} is deployed (${deps.commands.what}); back to ${from}`,
    deadline: new Date(clock.wall() + longestSeconds(phase, deps.commands) * 1000).toISOString(),
    revives: 'nothing',
    // The command, and what the platform then takes by itself.
    healSeconds: deps.commands.rollBack.withinSeconds + phase.within,
  });
  const sent = clock.now();
  milestone(context, phase, 'deployment asked for', { low: sent, high: sent }, `${from} → ${phase.version}`);
  const { stream, abort, generatorEnded, driver } = deps;
  const watched: Watched = { stream, abort, generatorEnded, steady: steady.span };
  const followed = await begin({ ...watched, phase, driver, from, sent }, driving);
  tell(context, phase, followed);
  const watchedSeconds = (clock.now() - sent) / 1000;
  const keeps = followed.how === 'out' && phase.afterwards === 'keep';
  const back = keeps
    ? undefined
    : await goBack({ phase, from, isBack: followed.how === 'taken-back', driver: deps.driver }, driving);
  if (keeps || back?.returned !== undefined) context.undo.settle(undo.id, 'run');
  await clock.sleep(TAIL_MS, signal);
  close('whole', { from: steady.span.to, to: clock.now() });
  const { course } = followed;
  const stuck =
    keeps || back?.returned !== undefined ? undefined : `${from} does not serve again: ${back?.detail}`;
  const record: DeploymentRecord = {
    ...emptyRecord(phase, before),
    outcome: outcomes[followed.how],
    ...becauseOf(followed, back?.detail),
    startedAt: new Date(toWall(deps.anchor, sent)).toISOString(),
    watchedSeconds,
    deploySeconds: course.out === undefined ? null : secondsBetween(exactly(sent), course.out),
    rollBackSeconds:
      course.takenBack === undefined
        ? null
        : secondsBetween(course.served ?? exactly(sent), course.takenBack),
    returnSeconds: back?.seconds ?? null,
    served: course.served !== undefined,
    ...(followed.how === 'aborted' || followed.how === 'blind' ? { aborted: followed.because } : {}),
    ...(stuck === undefined ? {} : { stuck }),
    detail: back?.detail ?? '',
  };
  return { record, windows };
}

/** What the run had to end itself was not borne by the platform: that is a failure. What it could not see is none. */
const outcomes: Readonly<Record<Followed['how'], DeploymentRecord['outcome']>> = {
  out: 'out',
  'taken-back': 'taken-back',
  unfinished: 'unfinished',
  aborted: 'unfinished',
  unseen: 'cut-short',
  blind: 'cut-short',
};

async function begin(following: Following, driving: DriverContext): Promise<Followed> {
  const { driver, phase, sent } = following;
  try {
    await besideAlarm(following, driving, (beside) => driver.start(phase.version, beside));
  } catch (error) {
    driving.signal.throwIfAborted();
    const course = { moved: false, last: sent };
    if (error instanceof Stopped) return { ...error.stop, course };
    return { how: 'unfinished', because: reasonOf(error), course };
  }
  return follow(following, driving);
}

function tell(context: RunContext, phase: DeployPhase, { course }: Followed): void {
  const seen = [
    ['new version serves', course.served],
    ['new version serves alone', course.out],
    ['taken back', course.takenBack],
  ] as const;
  for (const [name, instant] of seen)
    if (instant !== undefined) milestone(context, phase, name, instant, phase.version);
}

/** How long a deployment in order may take, with the way back. */
function longestSeconds(
  { within, watchFor }: DeployPhase,
  { start, rollBack, status }: DeploymentConfig,
): number {
  const commands = start.withinSeconds + rollBack.withinSeconds + status.withinSeconds;
  return commands + 2 * within + watchFor + SPARE_SECONDS;
}

function milestone(
  { journal }: RunContext,
  phase: DeployPhase,
  name: string,
  instant: { readonly low: number; readonly high: number },
  detail: string,
): void {
  journal.append({ type: 'milestone', phase: phase.name, name, instant, detail });
}

function becauseOf(followed: Followed, detail = ''): Pick<DeploymentRecord, 'because'> {
  if (!('because' in followed)) return followed.how === 'out' || detail === '' ? {} : { because: detail };
  return {
    because: followed.how === 'aborted' ? `the run took it back: ${followed.because}` : followed.because,
  };
}

function emptyRecord(phase: DeployPhase, before: DeploymentStatus | undefined): DeploymentRecord {
  return { ...deploymentNotBegun(phase), from: before?.versions[0] ?? null, detail: before?.detail ?? '' };
}

function windowOf(
  { name }: DeployPhase,
  part: 'steady' | 'whole',
  { from, to }: Span,
  { anchor }: DeploymentDeps,
): WindowRecord {
  const iso = (instant: number): string => new Date(toWall(anchor, instant)).toISOString();
  return {
    name: `${name}/${part}`,
    phase: name,
    from: iso(from),
    to: iso(to),
    monotonicFrom: from,
    monotonicTo: to,
  };
}
