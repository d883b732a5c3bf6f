/** Kept by name, to be counted once each. Beyond so many, their number is "at least". */
const most = 100_000;

/** Ids that were found and that nobody attempted. */
export class Strangers {
  private readonly ids = new Set<string>();
  private now: string[] = [];
  private reading = 0;

  found(reading: number, id: string): void {
    if (reading !== this.reading) this.begin(reading);
    if (this.now.length < most) this.now.push(id);
  }

  /** Those of a reading that broke off are not counted. */
  private begin(reading: number): void {
    this.reading = reading;
    this.now = [];
  }

  endReading(reading: number): void {
    if (reading !== this.reading) this.begin(reading);
    for (const id of this.now) if (this.ids.size < most) this.ids.add(id);
    this.now = [];
  }

  count(): number {
    return this.ids.size;
  }
}
