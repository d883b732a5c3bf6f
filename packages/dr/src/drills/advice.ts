import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import type { PromotionMark } from '@ordeal/shared/undo/entry';
import { writerIn } from '@ordeal/shared/undo/writer-in';

/** What a drill that was cut off can have come to by now. */
export interface Outcome {
  readonly moved: boolean;
  /** Who is the only writer then. */
  readonly writer: string;
  /** The route that leads as usual then. */
  readonly route: string;
}

/** What can have become of a drill so that nothing is left to be done. */
export function outcomesOf({ writer, heir, final, unmoved }: PromotionMark): readonly Outcome[] {
  return [
    ...(final === undefined ? [] : [{ moved: true, writer: heir ?? writer, route: final.route }]),
    ...(unmoved === undefined ? [] : [{ moved: false, writer, route: unmoved.route }]),
  ];
}

/** Whether the node is the only writer, and all others follow it. */
export function isFollowed(name: string, { nodes }: StoreStatus): boolean {
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
  const primaries = status.nodes.filter(isPrimary).map((node) => node.name);
  const rightful = writersIn(mark).filter((name) => primaries.includes(name));
  const [writer = mark.writer, ...doubtful] = rightful;
  const rivals = primaries.filter((name) => !rightful.includes(name));
  return [
    ...(doubtful.length === 0
      ? []
      : [
          `DANGER: nodes ${rightful.join(' and ')} of store ${mark.store} both accept writes, and only one may. Find out ` +
            'at once which of them clients write to, and stop the other one.',
        ]),
    ...rivals.map(
      (name) => `DANGER: node ${name} of store ${mark.store} accepts writes and must not. Stop it at once.`,
    ),
    `${writerSentence(mark, status, rightful)} (Drill ${mark.drill}, since ${mark.requestedAt}.)`,
    ...status.nodes
      .filter((node) => node.name !== writer || (rightful.length === 0 && mark.heir !== undefined))
      .map((node) => nodeSentence(node, mark, rivals)),
    `Next: ${mark.nextStep}`,
  ];
}

/** Who may be the writer: one node, or two while one of them hands over to the other. */
function writersIn({ writer, heir }: PromotionMark): readonly string[] {
  return heir === undefined ? [writer] : [writer, heir];
}

function isPrimary(node: StoreNode): boolean {
  return node.reachable && node.role === 'primary';
}

function writerSentence(mark: PromotionMark, { nodes }: StoreStatus, rightful: readonly string[]): string {
  const only = `The only writer of store ${mark.store} is node`;
  const [found, ...doubtful] = rightful;
  if (doubtful.length > 0) return `${only} ${writersIn(mark).join(' or ')}, and both accept writes.`;
  if (found !== undefined) {
    const silent = nodes.find((node) => writersIn(mark).includes(node.name) && !node.reachable);
    if (silent !== undefined) {
      return `${only} ${writerIn(mark)}: node ${found} is seen to accept writes, and ${silent.name} does not answer.`;
    }
    const how = found === mark.heir ? ', which has taken over' : ', and it does';
    return `${only} ${found}${how}.`;
  }
  if (mark.heir !== undefined) {
    return `${only} ${writerIn(mark)}: neither is seen to accept writes.`;
  }
  const node = nodes.find((one) => one.name === mark.writer);
  return node?.reachable === true
    ? `${only} ${mark.writer}, but it is still a standby.`
    : `${only} ${mark.writer}, but it does not answer (${node?.reason ?? 'the store has no such node'}).`;
}

function nodeSentence(node: StoreNode, mark: PromotionMark, rivals: readonly string[]): string {
  const fenced =
    mark.fenced.includes(node.name) && !rivals.includes(node.name)
      ? 'Keep it fenced: it may not accept writes.'
      : '';
  // Nobody has fenced it, and it was a writer a moment ago or was about to be one.
  const unseen =
    !node.reachable && mark.heir !== undefined && writersIn(mark).includes(node.name)
      ? 'It may accept writes all the same: look at it before anything else is done.'
      : '';
  const state = node.reachable
    ? `is ${node.role}${node.role === 'standby' && node.lagSeconds === undefined ? ' and follows nobody' : ''}`
    : `does not answer (${node.reason})`;
  return [`Node ${node.name} ${state}.`, fenced, unseen].filter((text) => text !== '').join(' ');
}
