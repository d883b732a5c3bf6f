import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { WriteAnswer, WriteCheck } from './answer.ts';
import { reportOn, type HandedOver, type SplitBrainReport } from './report.ts';
import { addAnswer, closeTrack, unknownNode, vouch, type NodeTrack } from './spans.ts';

export interface SplitBrainWatchOptions {
  readonly store: WriteCheck;
  readonly nodes: readonly string[];
  /** Milliseconds from one question to the next, of each node by itself. */
  readonly everyMs: number;
  /** A node that says nothing for longer leaves a gap in what is known. At least `everyMs` and the store's timeout. */
  readonly blindMs: number;
  /** Gets every answer, for the evidence. */
  readonly onAnswer?: (answer: WriteAnswer) => void;
  /** Called once, as soon as two writers at once are proven. */
  readonly onProof?: (report: SplitBrainReport) => void;
}

/** A watch that runs. */
export interface SplitBrainWatch {
  /** What is known by now. */
  report(): SplitBrainReport;
  /** The node was made unable to take writes within these bounds, and that was seen. Monotonic milliseconds. */
  vouch(node: string, at: Bounds): void;
  /** The store itself handed over, and that was seen: what the answers cannot tell apart is no doubt then. */
  handedOver(how: HandedOver): void;
  /**
   * Asks a node that takes no writes once more, right now. A node that begins to take them after this is known not
   * to have done so before, however long ago it was asked last. Never rejects.
   */
  look(node: string): Promise<void>;
  /**
   * When the node was asked last that took a write then, as long as it has refused none since; undefined when it takes
   * none, or never did. Monotonic milliseconds. Asks nobody.
   */
  tookWriteAt(node: string): number | undefined;
  /**
   * From now on asks so often, in milliseconds, beginning at once; without a number, as often as at first. For the
   * moments in which one node hands over to another: what lies closer together than two questions cannot be told apart.
   */
  askEvery(everyMs?: number): void;
  /** Asks no more, waits for what is under way, and says what it came to. */
  stop(): Promise<SplitBrainReport>;
}

/**
 * Asks every node on a schedule whether it takes writes. A node is never asked twice at once, so its answers come
 * in their order; one that does not answer holds up nobody but itself.
 */
export function watchForSplitBrain(options: SplitBrainWatchOptions, context: DriverContext): SplitBrainWatch {
  const { store, nodes, blindMs } = options;
  let { everyMs } = options;
  let changed = new AbortController();
  const { clock } = context;
  const began = clock.now();
  const tracks = new Map<string, NodeTrack>(nodes.map((node) => [node, unknownNode(node, began)]));
  const questions = store.openQuestions();
  const looks = store.openQuestions();
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const handedOver: HandedOver[] = [];
  let told = false;

  const report = (): SplitBrainReport => reportOn([...tracks.values()], began, handedOver);
  const change = (node: string, how: (track: NodeTrack) => NodeTrack): void => {
    const track = tracks.get(node);
    if (track === undefined) throw new Error(`expected one of the nodes ${nodes.join(', ')}, found ${node}`);
    tracks.set(node, how(track));
    if (told) return;
    const now = report();
    if (now.outcome !== 'proven') return;
    told = true;
    options.onProof?.(now);
  };
  const ask = async (node: string): Promise<void> => {
    const asked = clock.now();
    let answer: WriteAnswer;
    try {
      // Not with the signal that ends the watch: a question that was asked is seen through.
      answer = await questions.ask(node, context);
    } catch (error) {
      answer = { node, asked, answered: clock.now(), takes: 'unknown', detail: reasonOf(error) };
    }
    options.onAnswer?.(answer);
    change(node, (track) => addAnswer(track, answer, blindMs));
  };
  const follow = async (node: string): Promise<void> => {
    for (let due = began; !signal.aborted;) {
      await ask(node);
      due += everyMs * Math.max(1, Math.ceil((clock.now() - due) / everyMs));
      const woken = AbortSignal.any([signal, changed.signal]);
      await clock.sleep(due - clock.now(), woken).catch(() => undefined);
      if (woken.aborted) due = Math.min(due, clock.now());
    }
  };
  const done = Promise.all(nodes.map(follow));
  return {
    report,
    vouch: (node, at) => change(node, (track) => vouch(track, at, blindMs)),
    handedOver: (how) => void handedOver.push(how),
    tookWriteAt: (node) => {
      const track = tracks.get(node);
      return track?.writable === true ? track.spans.at(-1)?.end.low : undefined;
    },
    askEvery: (ms = options.everyMs) => {
      everyMs = ms;
      changed.abort();
      changed = new AbortController();
    },
    look: async (node) => {
      const answer = await looks.ask(node, context).catch(() => undefined);
      // Any other answer is left to the schedule, whose answers come in their order.
      if (answer?.takes !== 'no' || tracks.get(node)?.writable !== false) return;
      options.onAnswer?.(answer);
      change(node, (track) => addAnswer(track, answer, blindMs));
    },
    stop: async () => {
      stopping.abort();
      await done;
      questions.close();
      looks.close();
      for (const node of nodes) change(node, (track) => closeTrack(track, clock.now(), blindMs));
      return report();
    },
  };
}
