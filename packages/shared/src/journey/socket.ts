/** A WebSocket as a journey asks for one. The path is relative to the platform's entry address. */
export interface SocketRequest {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Milliseconds until connecting counts as failed, and each `expect` that says nothing else. Default: the platform's. */
  readonly timeoutMs?: number;
}

/**
 * A WebSocket of a journey. It never rejects: when connecting failed, or the other side closed it, `open` is false,
 * sending does nothing, and expecting fails at once. What the journey leaves open is closed when the journey ends.
 */
export interface JourneySocket {
  readonly open: boolean;
  /** Why there is no connection. */
  readonly error?: string;
  /** Sends text as it is, and anything else as JSON. */
  send(message: unknown): Promise<void>;
  /**
   * The first text message, of those that no earlier `expect` has passed, for which `match` holds; without `match`
   * the next one. Undefined when none comes in time: the journey has failed then.
   */
  expect(
    name: string,
    options?: { readonly match?: (text: string) => boolean; readonly timeoutMs?: number },
  ): Promise<string | undefined>;
  close(): Promise<void>;
}
