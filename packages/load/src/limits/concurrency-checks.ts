import type { ConcurrencyLimitSpec } from '@ordeal/shared/platform/limit-spec';
import type { LimitCheckRecord } from '@ordeal/shared/record/limit-record';
import { inWords } from './asked.ts';
import type { HeldAnswer } from './held-request.ts';
import type { HeldSeen } from './hold-at-once.ts';

type Promised = Pick<ConcurrencyLimitSpec, 'requests' | 'answeredWith'> & { readonly refusedWith: number };
type Outcome = Omit<LimitCheckRecord, 'name'>;

/** What was seen while so many requests were held at once, set against what is promised. Pure. */
export function concurrencyChecks(promised: Promised, seen: HeldSeen): readonly LimitCheckRecord[] {
  return [
    { name: `${promised.requests} requests are let in at once`, ...together(promised, seen) },
    { name: 'one more is refused meanwhile', ...beyond(promised, seen) },
    { name: 'afterwards one is let in again', ...afterwards(promised, seen) },
  ];
}

function together({ requests, answeredWith, refusedWith }: Promised, seen: HeldSeen): Outcome {
  const { early, answers, heldSeconds } = seen;
  const refused = early.filter(({ status }) => status === refusedWith).length;
  const other = [...early.filter(({ status }) => status !== refusedWith), ...answers].filter(
    ({ status }) => status !== answeredWith,
  );
  if (refused + other.length > 0) {
    const parts = [
      ...(refused === 0 ? [] : [`${refused} of ${requests} were refused (status ${refusedWith})`]),
      ...(other.length === 0 ? [] : [`${other.length} got ${listed(other)}`]),
    ];
    return { outcome: 'broken', detail: parts.join('; ') };
  }
  if (early.length > 0) {
    const detail = `${early.length} of ${requests} were answered before their bodies were complete: whether they were let in at once did not show`;
    return { outcome: 'unknown', detail };
  }
  const detail = `all were held for ${heldSeconds.toFixed(2)} s, and answered with status ${answeredWith}`;
  return { outcome: 'held', detail };
}

function beyond({ answeredWith, refusedWith }: Promised, { more }: HeldSeen): Outcome {
  const last = more.at(-1);
  if (last?.status === refusedWith) return { outcome: 'held', detail: `status ${refusedWith}` };
  if (last === undefined || last.status === 0) {
    return { outcome: 'unknown', detail: last === undefined ? 'nothing was asked' : inWords(last) };
  }
  const detail =
    last.status === answeredWith
      ? `${more.length} more were let in one after another (a proxy that keeps a body until it is complete hides the others: name an instance by \`at\`)`
      : `it got ${inWords(last)}, and not status ${refusedWith}`;
  return { outcome: 'broken', detail };
}

function afterwards({ answeredWith }: Promised, { afterwards: asked }: HeldSeen): Outcome {
  const last = asked.at(-1);
  if (last === undefined) return { outcome: 'unknown', detail: 'nothing was asked' };
  return { outcome: last.status === answeredWith ? 'held' : 'broken', detail: inWords(last) };
}

/** `status 500 × 3, no answer (ECONNRESET) × 2` */
function listed(answers: readonly HeldAnswer[]): string {
  return [...Map.groupBy(answers, inWords)].map(([words, { length }]) => `${words} × ${length}`).join(', ');
}
