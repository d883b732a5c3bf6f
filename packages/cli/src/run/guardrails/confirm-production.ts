import { createHash, timingSafeEqual } from 'node:crypto';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Plan } from '@ordeal/shared/scenario/plan';
import { CommandError, exitCodes } from '../../command-error.ts';
import type { Edge } from '../../edge.ts';
import { Interrupted } from '../interruption.ts';

const TOKEN = 'ORDEAL_PRODUCTION_TOKEN';

/**
 * What `guardrails.production` allows is done by whoever confirms it: in a pipeline by a token, at a terminal by typing
 * the platform's name. Throws a refusal otherwise. The smoke gate needs neither.
 */
export async function confirmProduction(
  platform: Platform,
  plan: Plan,
  edge: Pick<Edge, 'env' | 'ask'>,
  signal: AbortSignal,
): Promise<void> {
  if (platform.environment !== 'production') return;
  const phases = plan.phases.filter(({ kind }) => kind !== 'smoke');
  if (phases.length === 0) return;
  const token = edge.env[TOKEN];
  if (token !== undefined && token !== '') return checkToken(platform, token);
  const what = phases.map(({ name, title, does }) =>
    [`  ${name}: ${title}`, ...does.map((sentence) => `     - ${sentence}`)].join('\n'),
  );
  const question = `This is PRODUCTION (${platform.name}, ${platform.entry}). It is about to get:\n${what.join('\n')}\nType the platform's name to go on: `;
  const typed = await edge.ask(question, signal).catch((error: unknown) => {
    if (!(signal.reason instanceof Interrupted)) throw error;
    const message = `${platform.name} is production, and was not confirmed: nothing was touched`;
    throw new CommandError(message, signal.reason.exitCode, [], error);
  });
  if (typed === undefined) {
    throw refused(
      `${platform.name} is production, and there is neither a terminal to confirm at nor ${TOKEN} in the environment`,
    );
  }
  if (typed.trim() !== platform.name) {
    throw refused(`${platform.name} is production, and was not confirmed: its name was to be typed`);
  }
}

function checkToken({ name, guardrails }: Platform, token: string): void {
  const expected = guardrails.production?.tokenSha256;
  if (expected === undefined) {
    throw refused(
      `${name} is production and takes no token: guardrails.production.tokenSha256 would have to hold its SHA-256`,
    );
  }
  const found = createHash('sha256').update(token).digest();
  if (!timingSafeEqual(found, Buffer.from(expected, 'hex'))) {
    throw refused(`${name} is production, and ${TOKEN} is not the token that it takes`);
  }
}

function refused(reason: string): CommandError {
  return new CommandError(`Refused:\n  - ${reason}`, exitCodes.refused);
}
