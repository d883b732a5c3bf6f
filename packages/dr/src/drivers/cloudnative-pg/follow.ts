import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reportOf } from '../postgres/status.ts';
import { waitUntil } from './wait.ts';

interface Followed {
  readonly name: string;
  readonly region: string;
  readonly url: string;
}

/** Waits until the node streams, and has what the primary had when this began. */
export async function mustFollow(
  node: Followed,
  primary: Followed,
  seconds: number,
  context: DriverContext,
): Promise<void> {
  const { node: leader } = await reportOf(primary, context);
  if (!leader.reachable) throw new Error(`node ${primary.name} does not answer: ${leader.reason}`);
  await waitUntil(
    seconds,
    async () => {
      const { node: own } = await reportOf(node, context);
      if (!own.reachable) return own.reason;
      if (own.role === 'primary') return 'it is a primary itself';
      if (own.lagSeconds === undefined) return 'it does not stream';
      return own.position >= leader.position && own.timeline === leader.timeline
        ? undefined
        : `it is at ${own.position} of ${leader.position}, on timeline ${own.timeline} of ${leader.timeline}`;
    },
    (reason) =>
      `node ${node.name} does not follow ${primary.name} within ${seconds} s (${reason}): look into its log; one ` +
      'that has diverged must be destroyed, so that the operator makes it anew',
    context,
  );
}
