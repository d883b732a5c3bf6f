import type { Scale } from '../scale.ts';

/** The drawing's common measures, in its own units. */
export const WIDTH = 1192;
export const LEFT = 62;
export const RIGHT = WIDTH - 8;

/** How wide text of the drawing's size comes out at most, so that labels can be kept apart. */
export function textWidth(text: string): number {
  return Array.from(text).length * 6.9;
}

/** Where a row of the drawing stands, and how time is placed on it. */
export interface Row {
  readonly x: Scale;
  readonly top: number;
  readonly height: number;
}
