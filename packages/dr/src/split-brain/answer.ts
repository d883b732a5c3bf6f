import type { DriverContext } from '@ordeal/shared/drivers/fault';

/**
 * What a node said when it was asked whether it takes writes. Monotonic milliseconds: what it said was true at
 * some instant from `asked` to `answered`.
 */
export type WriteAnswer = {
  readonly node: string;
  readonly asked: number;
  readonly answered: number;
  readonly detail: string;
} & (
  | {
      /** A write was committed, as a client's would be. */
      readonly takes: 'yes';
      /**
       * Another one whenever the node has stopped taking writes as a primary and begun again. So of two answers
       * with the same one, the node was that primary all the time between them, also when it was silent.
       */
      readonly incarnation: string;
    }
  /** It refused the write, or nobody listens at its address. */
  | { readonly takes: 'no' }
  /** It said nothing that would decide: silence is no proof that it takes none. */
  | { readonly takes: 'unknown' }
);

/** Asks nodes, straight and by a write, whether they take writes. It may keep a session with each between questions. */
export interface WriteQuestions {
  /** Never rejects. A node is asked one question at a time. */
  ask(node: string, context: DriverContext): Promise<WriteAnswer>;
  close(): void;
}

/** Ability of a store driver: its nodes can be asked whether they take writes. */
export interface WriteCheck {
  openQuestions(): WriteQuestions;
}
