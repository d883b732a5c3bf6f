/** An emergency stop: every run heals at once and ends, and none begins until it is cleared. */
export interface StopOrder {
  /** Who has ordered it. */
  readonly by: string;
  /** ISO time. */
  readonly at: string;
  readonly why: string;
}

/** Whether a stop stands, as far as it can be seen. */
export type StopSight =
  | { readonly state: 'clear' }
  | { readonly state: 'ordered'; readonly order: StopOrder }
  /** It could not be looked at. */
  | { readonly state: 'unknown'; readonly reason: string };

const UNKNOWN = 'unknown';

/**
 * Reads an order from whatever fields there are. That it is there is the order: somebody in a hurry may have left an
 * empty one.
 */
export function orderFrom(fields: unknown): StopOrder {
  const all =
    typeof fields === 'object' && fields !== null ? (fields as Readonly<Record<string, unknown>>) : {};
  const text = (name: string): string => {
    const value = all[name];
    return typeof value === 'string' && value.trim() !== '' ? oneLine(value) : UNKNOWN;
  };
  return { by: text('by'), at: text('at'), why: text('why') };
}

/** An order in one sentence, without its full stop. */
export function describeOrder({ by, at, why }: StopOrder): string {
  const reason = why === UNKNOWN ? 'no reason is given' : why;
  return `by ${by === UNKNOWN ? 'somebody' : by}${at === UNKNOWN ? '' : ` at ${at}`}: ${reason}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}
