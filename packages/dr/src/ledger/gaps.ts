/**
 * The largest gap between acknowledgements up to the fault, and what lies between the last of them and the fault. The
 * silence of the outage itself is left out: what was not acknowledged cannot be lost.
 *
 * Acknowledgements come in the order in which they were written down, which is nearly that of their times. Where it is
 * not, the gap comes out larger than it was, never smaller.
 */
export class Gaps {
  private last: number | null = null;
  private largest = 0;
  private readonly fault: { readonly low: number; readonly high: number };

  constructor(fault: { readonly low: number; readonly high: number }) {
    this.fault = fault;
  }

  acknowledged(at: number): void {
    if (at > this.fault.high) return;
    if (this.last !== null && at - this.last > this.largest) this.largest = at - this.last;
    if (this.last === null || at > this.last) this.last = at;
  }

  value(): number {
    return Math.max(this.largest, this.last === null ? 0 : this.fault.low - this.last);
  }
}
