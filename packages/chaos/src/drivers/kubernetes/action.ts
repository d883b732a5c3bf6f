import type { FaultStatus } from '@ordeal/shared/drivers/fault';
import type { PinnedObject } from './config.ts';
import type { KubernetesScope } from './scope.ts';

/** Something that a fault can hit. */
export interface Candidate {
  /** For people, for instance `deployment shop/api`. */
  readonly name: string;
  readonly object: PinnedObject;
}

/** What a dead-man does in the end: `kubectl` with these arguments. */
export type KubectlCall = readonly string[];

/** A right that it needs for that. Without a namespace: in the whole cluster. */
export interface Right {
  readonly namespace?: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly names?: readonly string[];
}

/** One kind of fault on Kubernetes. */
export interface Action {
  /** What it could hit now. Rejects when something speaks against it. */
  find(): Promise<readonly Candidate[]>;
  /** For people. */
  nameOf(object: PinnedObject): string;
  /** Breaks one object. Resolves with what was seen once it is broken. */
  inject(object: PinnedObject): Promise<string>;
  /** Done before the first object is broken, and after the dead-man was armed. */
  prepare?(): Promise<void>;
  status(): Promise<FaultStatus>;
  /**
   * Undoes whatever of this fault there is. What others have changed since stays as they want it, and is said. Whether
   * all of it was found in: of what was not, a request may still be on its way.
   */
  heal(): Promise<boolean>;
  /** The same for a dead-man, who knows no more than what was chosen. */
  deadMan(objects: readonly PinnedObject[]): {
    readonly calls: readonly KubectlCall[];
    readonly rights: readonly Right[];
  };
}

/** Makes an action for one call of the driver. */
export type MakeAction<Scope extends KubernetesScope = KubernetesScope> = (scope: Scope) => Action;
