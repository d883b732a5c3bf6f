import type { Journal } from '@ordeal/shared/journal/journal';
import { judge } from '@ordeal/shared/judge/judge';
import type { Observations } from '@ordeal/shared/judge/observations';
import { unjudgedTargets } from '@ordeal/shared/judge/unjudged-targets';
import { verdictOf } from '@ordeal/shared/judge/verdict';
import type { Finding } from '@ordeal/shared/objectives/finding';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { EvidenceFile, ResidueRecord, Verdict } from '@ordeal/shared/record/record';
import { asKept, keepEvidence } from '../run/evidence.ts';

/** What follows from what was observed. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
}

/** Judges. Pure: the same observations and residue give the same, now and from a run's folder. */
export function judgementOf(observations: Observations, residue: readonly ResidueRecord[]): Judgement {
  const findings = judge(observations);
  const { experiments, drills, restores = [], deployments = [], notRun = [] } = observations;
  const { smoke, assignments, end } = observations;
  const isJudged = assignments.some(({ objective }) => objective.signal.from === 'smoke');
  const input = {
    findings,
    experiments,
    drills,
    unjudged: unjudgedTargets(observations),
    restores,
    deployments,
    residue,
    notRun,
    end,
    ...(smoke === null || isJudged ? {} : { smoke }),
  };
  return { findings, verdict: verdictOf(input) };
}

/**
 * Keeps what was observed, and judges it. Evidence that the disk does not take is warned of; the judgement stands,
 * but cannot be computed again.
 */
export async function conclude(
  observations: Observations,
  residue: readonly ResidueRecord[],
  run: { readonly dir: string; readonly journal: Journal },
): Promise<Judgement & { readonly evidence?: readonly EvidenceFile[] }> {
  const evidence = await keepEvidence(run.dir, observations).catch((error: unknown) => {
    const reason = reasonOf(error);
    run.journal.append({ type: 'warning', message: `the observations could not be kept: ${reason}` });
    return undefined;
  });
  const judgement = judgementOf(asKept(observations), residue);
  for (const finding of judgement.findings) run.journal.append({ type: 'finding', finding });
  return { ...judgement, ...(evidence === undefined ? {} : { evidence }) };
}
