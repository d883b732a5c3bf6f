/** A stretch of a drawing's width. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Gives each stretch, in the order in which they come, the first lane in which it touches no other. */
export function lanesFor(stretches: readonly Stretch[], gap: number): readonly number[] {
  const lanes: Stretch[][] = [];
  return stretches.map((stretch) => {
    const free = lanes.findIndex((lane) => lane.every((other) => apart(stretch, other, gap)));
    const lane = free === -1 ? lanes.length : free;
    (lanes[lane] ??= []).push(stretch);
    return lane;
  });
}

/** How many lanes were given out. */
export function laneCount(lanes: readonly number[]): number {
  return lanes.length === 0 ? 0 : Math.max(...lanes) + 1;
}

function apart(left: Stretch, right: Stretch, gap: number): boolean {
  return left.to + gap < right.from || right.to + gap < left.from;
}
