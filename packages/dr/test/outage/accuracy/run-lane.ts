import { openGate } from '../../observers/fixtures/gate.ts';
import { observe } from '../../observers/fixtures/observed.ts';
import { startFixturePlatform } from '../../observers/fixtures/platform.ts';
import { until } from '../../observers/fixtures/until.ts';
import type { Case, Lane } from './cases.ts';
import { runTrial, type Trial } from './trial.ts';

/** The trials of one case. */
export interface Tried {
  readonly lane: Lane;
  readonly case: Case;
  readonly trials: readonly Trial[];
}

/** Runs the cases of a lane one after the other, on a platform, a gate and probe streams of its own. */
export async function runLane(lane: Lane): Promise<readonly Tried[]> {
  const platform = await startFixturePlatform();
  const gate = await openGate(Number(new URL(platform.entry).port));
  try {
    const observed = await observe(`http://127.0.0.1:${gate.port}`, {
      probeEveryMs: lane.everyMs,
      probeTimeoutMs: lane.timeoutMs,
    });
    try {
      await until(
        () => observed.observers.streams().every((one) => one.attempts.filter((a) => a.ok).length > 10),
        'good attempts in every stream',
      );
      const tried: Tried[] = [];
      for (const one of lane.cases) {
        const trials: Trial[] = [];
        for (let n = 0; n < one.trials; n += 1) trials.push(await runTrial(one, gate, observed));
        tried.push({ lane, case: one, trials });
      }
      return tried;
    } finally {
      await observed.end();
    }
  } finally {
    await gate.end();
    await platform.end();
  }
}
