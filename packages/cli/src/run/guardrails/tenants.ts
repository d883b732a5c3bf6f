import type { HttpResponse } from '@ordeal/shared/journey/http';
import { createNodeClient } from '@ordeal/shared/journey/node-client';
import { headersFor } from '@ordeal/shared/platform/headers-for';
import { listedTenants, type Listed } from '@ordeal/shared/platform/listed-tenants';
import { leadsTenants, refuseListed } from '@ordeal/shared/scenario/guardrails/allowed-regions';
import type { Session } from '../session.ts';

/** A list of everybody may take longer than what a client asks for. */
const ANSWER_MS = 10_000;

/**
 * Asks the platform's own directory whether every tenant may be where this run would lead it. Sentences when one may
 * not, or nobody can tell; undefined when there is no directory, or nobody is led anywhere. Only reads.
 */
export async function askDirectory({
  loaded,
  scenario,
  context,
}: Pick<Session, 'loaded' | 'scenario' | 'context'>): Promise<readonly string[] | undefined> {
  const { platform } = loaded;
  const { tenantDirectory: directory } = platform;
  const leading = scenario.phases.filter(leadsTenants);
  if (directory === undefined || leading.length === 0) return undefined;
  const client = createNodeClient({
    entry: platform.entry,
    headers: { ...headersFor(platform, directory.url), ...directory.headers },
    timeoutMs: ANSWER_MS,
    now: () => context.clock.now(),
    signal: context.signal,
  });
  const answer = await client.request({ path: directory.url });
  const listed: Listed = whole(answer) ?? listedTenants(answer.json(), directory, platform);
  const { href } = new URL(directory.url, platform.entry);
  if (!listed.told)
    return [`where tenants may be cannot be told by ${href} (tenantDirectory): ${listed.why}`];
  const message = `${href} told of ${listed.tenants.length} tenants where each may be`;
  context.journal.append({ type: 'note', message });
  return leading.flatMap((phase) => refuseListed(listed.tenants, href, phase) ?? []);
}

/** Why an answer tells nothing, whatever is in it; undefined when it may be read. */
function whole({ status, error, headers }: HttpResponse): Listed | undefined {
  if (status === 0) {
    return { told: false, why: `it does not answer (${error}): bring it up, or correct \`url\`` };
  }
  if (status !== 200) {
    return {
      told: false,
      why: `it answered with status ${status}, and 200 was expected: correct \`url\` or \`headers\``,
    };
  }
  return /rel="?next"?/.test(headers['link'] ?? '')
    ? {
        told: false,
        why: 'it answered with the first page of several: let `url` ask for all tenants in one answer',
      }
    : undefined;
}
