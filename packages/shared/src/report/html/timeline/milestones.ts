import { clockFace } from '../../figures.ts';
import { type Markup, markup } from '../../markup.ts';
import { clip, oneLine } from '../../text.ts';
import { place } from '../scale.ts';
import { RIGHT, type Row, textWidth } from './frame.ts';
import { laneCount, lanesFor } from './lanes.ts';
import type { Mark } from './model.ts';

const LINE = 14;

export interface PlacedMark {
  readonly mark: Mark;
  readonly label: string;
  readonly x: number;
  readonly level: number;
}

/** Gives each mark the highest line on which its label covers no other. */
export function placeMarks(
  marks: readonly Mark[],
  x: Row['x'],
): { readonly marks: readonly PlacedMark[]; readonly height: number } {
  const sorted = marks
    .toSorted((left, right) => left.at - right.at)
    .map((mark) => ({ mark, label: clip(oneLine(mark.name), 24), x: x(mark.at) }));
  const levels = lanesFor(
    sorted.map((each) => {
      const width = textWidth(each.label) + 8;
      return labelledAtLeft(each)
        ? { from: each.x - width, to: each.x + 5 }
        : { from: each.x - 5, to: each.x + width };
    }),
    1,
  );
  const placed = sorted.map((each, index) => ({ ...each, level: levels[index] ?? 0 }));
  return { marks: placed, height: laneCount(levels) * LINE + (levels.length > 0 ? 6 : 0) };
}

/** A diamond with its name, and a fine line from there down. */
export function milestoneMarks(placed: readonly PlacedMark[], row: Row, bottom: number): Markup {
  return markup`${placed.map(({ mark, label, x, level }) => {
    const y = row.top + level * LINE + 7;
    const atEnd = labelledAtLeft({ label, x });
    return markup`<g><title>${mark.name} (${mark.phase}) at ${clockFace(mark.at)}</title>
<line class="leader" x1="${x}" x2="${x}" y1="${y}" y2="${bottom}"/>
<path class="mark" d="M${x} ${y - 4}l4 4-4 4-4-4z"/>
<text class="strong" x="${place(atEnd ? x - 7 : x + 7)}" y="${y + 4}"${atEnd ? markup` text-anchor="end"` : null}>${label}</text></g>\n`;
  })}`;
}

function labelledAtLeft(each: { readonly label: string; readonly x: number }): boolean {
  return each.x + 8 + textWidth(each.label) > RIGHT;
}
