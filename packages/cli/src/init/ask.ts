import type { Readable } from 'node:stream';
import { isCancel, select, text, updateSettings, type TextOptions } from '@clack/prompts';
import type { JobFacts } from './choose-job.ts';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { entryMistake, healthMistake, nameMistake, openApiMistake, prometheusMistake } from './mistakes.ts';

/** What a first profile is made of, as far as it is known. */
export interface InitAnswers {
  readonly name?: string | undefined;
  readonly entry?: string | undefined;
  readonly health?: readonly string[];
  readonly openapi?: string | undefined;
  readonly prometheus?: string | undefined;
}

/** Whether somebody sits at a terminal who can be asked. */
export function canAsk({ stdin, stdout }: Edge): boolean {
  return (stdin as { readonly isTTY?: boolean }).isTTY === true && stdout.isTTY;
}

/**
 * Asks for what is not known yet, and again as long as an answer cannot be used. Whoever leaves in between
 * (Escape, Ctrl-C, Ctrl-D) has nothing written.
 */
export async function askForRest(known: InitAnswers, edge: Edge): Promise<InitAnswers> {
  takeEndOfInput();
  const ask = async (
    question: Pick<TextOptions, 'message' | 'placeholder'>,
    mistake: (answer: string) => string | undefined,
  ): Promise<string | undefined> => {
    const answer = await text({
      ...question,
      defaultValue: '',
      validate: (typed) => mistake((typed ?? '').trim()),
      input: edge.stdin as Readable,
      output: edge.stdout,
    });
    if (isCancel(answer)) throw left();
    const given = answer.trim();
    return given === '' ? undefined : given;
  };
  const optional = (mistake: (answer: string) => string | undefined) => (answer: string) =>
    answer === '' ? undefined : mistake(answer);

  const name =
    known.name ??
    (await ask({ message: 'What is the platform called?', placeholder: 'shop' }, (answer) =>
      nameMistake(answer, edge.cwd),
    ));
  const entry =
    known.entry ??
    (await ask(
      { message: 'At which address do clients reach it?', placeholder: 'https://staging.shop.example' },
      entryMistake,
    ));
  const openapi =
    known.openapi ??
    (await ask(
      {
        message: 'An OpenAPI 3 document, to propose journeys from? (Enter: none)',
        placeholder: 'openapi.yaml',
      },
      optional((file) => openApiMistake(file, edge.cwd)),
    ));
  const health =
    known.health ??
    (openapi === undefined
      ? pathsIn(
          await ask(
            { message: 'Which paths are health checks? (Enter: /health)', placeholder: '/health /ready' },
            optional((answer) =>
              pathsIn(answer)
                .map(healthMistake)
                .find((one) => one !== undefined),
            ),
          ),
        )
      : []);
  const prometheus =
    known.prometheus ??
    (await ask(
      {
        message: 'Its Prometheus, to propose signals from? (Enter: none)',
        placeholder: 'https://prometheus.example',
      },
      optional(prometheusMistake),
    ));
  return { name, entry, openapi, prometheus, health };
}

/** Asks which of a Prometheus' jobs is the platform. */
export async function askForJob(jobs: readonly JobFacts[], { stdin, stdout }: Edge): Promise<JobFacts> {
  takeEndOfInput();
  const answer = await select({
    message: 'Which of the jobs of this Prometheus is the platform?',
    options: jobs.map((job) => ({ value: job.name, label: job.name, hint: `${job.live} alive` })),
    input: stdin as Readable,
    output: stdout,
  });
  const job = jobs.find(({ name }) => name === answer);
  if (isCancel(answer) || job === undefined) throw left();
  return job;
}

/** Left to itself, a question that Ctrl-D ends is never answered. */
function takeEndOfInput(): void {
  updateSettings({ aliases: { '\u0004': 'cancel' } });
}

function left(): CommandError {
  return new CommandError('ordeal init was left: nothing was written.', exitCodes.usage);
}

function pathsIn(answer: string | undefined): readonly string[] {
  return answer?.split(/[\s,]+/).filter((path) => path !== '') ?? [];
}
