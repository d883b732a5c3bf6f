import type { StoreStatus } from '@ordeal/shared/drivers/store';
import type { PromotionMark } from '@ordeal/shared/undo/entry';

/** Whether the writer of a drill that was cut off is the only one by now, and all others follow it. */
export function isFollowed({ writer: name }: PromotionMark, { nodes }: StoreStatus): boolean {
  const writer = nodes.find((node) => node.name === name);
  if (writer?.reachable !== true || writer.role !== 'primary') return false;
  return nodes
    .filter((node) => node !== writer)
    .every(
      (node) =>
        node.reachable &&
        node.role === 'standby' &&
        node.lagSeconds !== undefined &&
        node.timeline === writer.timeline,
    );
}

/**
 * What a person has to know and do about a drill that ended with its promotion mark standing: the one node that
 * may write, what each node is, and the next step. Danger comes first.
 */
export function recoveryAdvice(mark: PromotionMark, status: StoreStatus): readonly string[] {
  const primaries = status.nodes.filter((node) => node.reachable && node.role === 'primary');
  const rivals = primaries.map((node) => node.name).filter((name) => name !== mark.writer);
  const writer = status.nodes.find((node) => node.name === mark.writer);
  const danger = rivals.map(
    (name) => `DANGER: node ${name} of store ${mark.store} accepts writes and must not. Stop it at once.`,
  );
  const words =
    writer?.reachable === true && writer.role === 'primary'
      ? 'and it does'
      : writer?.reachable === true
        ? 'but it is still a standby'
        : `but it does not answer (${writer?.reason ?? 'the store has no such node'})`;
  return [
    ...danger,
    `The only writer of store ${mark.store} is node ${mark.writer}, ${words}. (Drill ${mark.drill}, since ${mark.requestedAt}.)`,
    ...status.nodes
      .filter((node) => node.name !== mark.writer)
      .map((node) => {
        const fenced =
          mark.fenced.includes(node.name) && !rivals.includes(node.name)
            ? 'Keep it fenced: it may not accept writes.'
            : '';
        const state = node.reachable
          ? `is ${node.role}${node.role === 'standby' && node.lagSeconds === undefined ? ' and follows nobody' : ''}`
          : `does not answer (${node.reason})`;
        return `Node ${node.name} ${state}. ${fenced}`.trim();
      }),
    `Next: ${mark.nextStep}`,
  ];
}
