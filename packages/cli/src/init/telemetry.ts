import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { askForJob, canAsk } from './ask.ts';
import { NoAnswer, surveyOf, type Survey } from './ask-prometheus.ts';
import { chooseJob, type JobFacts } from './choose-job.ts';
import { fromPrometheus } from './from-prometheus.ts';
import { leftOutLines } from './left-out.ts';
import { ACCESS_FLAGS, settingsOf, type PrometheusAccess } from './prometheus-access.ts';
import type { ProposedTelemetry } from './proposal.ts';

export interface TelemetryQuestion {
  /** The platform. */
  readonly name: string;
  readonly url: string;
  readonly access: PrometheusAccess;
  /** By which the platform is known there, where that was said. */
  readonly job: string | undefined;
}

/** Where a server does not tell. */
const USUAL_INTERVAL = 15;

/** Looks at what a Prometheus has of the platform, and says what it goes by. */
export async function telemetryOf(question: TelemetryQuestion, edge: Edge): Promise<ProposedTelemetry> {
  const url = question.url.replace(/\/+$/, '');
  try {
    const survey = surveyOf(settingsOf(url, question.access, edge.env));
    const job = await jobOf(survey, question, edge);
    const { found, leftOut } = job === undefined ? { found: [], leftOut: [] } : await survey.histograms(job);
    const seconds = job === undefined ? undefined : await survey.scrapeInterval(job);
    const telemetry = fromPrometheus({
      url,
      access: question.access,
      scrapeIntervalSeconds: seconds ?? USUAL_INTERVAL,
      job,
      histograms: found,
    });
    const proposed = Object.keys(telemetry.objectives).join(' and ') || 'none';
    edge.stdout.write(
      job === undefined
        ? `Prometheus has no job but those of the cluster and of what observes it: nothing is proposed. --prometheus-job names one.\n`
        : `signals of job ${JSON.stringify(job.name)}: ${proposed}\n`,
    );
    const quoted = leftOut.map(({ name, why }) => ({ name: JSON.stringify(name), why }));
    for (const line of leftOutLines(quoted)) edge.stdout.write(`${line}\n`);
    if (seconds === undefined) {
      edge.stdout.write(`how often it is scraped is not told: ${USUAL_INTERVAL} s is written\n`);
    }
    return telemetry;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const advice =
      error instanceof NoAnswer && error.isForAsker ? `. Who asks is said by ${ACCESS_FLAGS}` : '';
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`--prometheus: ${why}${advice}`, exitCodes.usage, [], error);
  }
}

async function jobOf(
  survey: Survey,
  { name, job: named }: TelemetryQuestion,
  edge: Edge,
): Promise<JobFacts | undefined> {
  const jobs = await survey.jobs(named);
  const choice = chooseJob(jobs, name, named);
  switch (choice.kind) {
    case 'one':
      return choice.job;
    case 'none': {
      if (named === undefined) return undefined;
      const there = jobs.map((one) => one.name).join(', ') || 'none';
      throw new CommandError(
        `--prometheus-job: expected a job that Prometheus has (${there}), found "${named}"`,
        exitCodes.usage,
      );
    }
    case 'several': {
      if (canAsk(edge)) return askForJob(choice.jobs, edge);
      const there = choice.jobs.map((one) => one.name).join(', ');
      throw new CommandError(
        `--prometheus: nothing tells which of its jobs is the platform (${there}): name it with --prometheus-job`,
        exitCodes.usage,
      );
    }
  }
}
