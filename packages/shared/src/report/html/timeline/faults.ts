import { clockFace } from '../../figures.ts';
import { type Markup, markup } from '../../markup.ts';
import { clip, oneLine } from '../../text.ts';
import { place } from '../scale.ts';
import { RIGHT, type Row, textWidth } from './frame.ts';
import { laneCount, lanesFor } from './lanes.ts';
import type { FaultSpan } from './model.ts';

const LANE = 17;

/** Faults in lanes of their own, so that neither bars nor names of two cover each other. */
export interface FaultLanes {
  readonly height: number;
  readonly lanes: readonly number[];
}

export function faultLanes(faults: readonly FaultSpan[], x: Row['x']): FaultLanes {
  const lanes = lanesFor(
    faults.map((fault) => {
      const from = x(fault.from);
      const name = textWidth(nameOf(fault)) + 6;
      return namedAtLeft(fault, from)
        ? { from: from - name, to: x(fault.to) }
        : { from, to: Math.max(x(fault.to), from + name) };
    }),
    8,
  );
  return { height: laneCount(lanes) * LANE + (lanes.length > 0 ? 6 : 0), lanes };
}

/** Each fault: a bar with its name, and a tint from there down over everything that was measured. */
export function faultSpans(
  faults: readonly FaultSpan[],
  lanes: FaultLanes,
  row: Row,
  bottom: number,
): Markup {
  return markup`${faults.map((fault, index) => {
    const from = row.x(fault.from);
    const width = place(Math.max(1.5, row.x(fault.to) - from));
    const y = row.top + (lanes.lanes[index] ?? 0) * LANE;
    const atEnd = namedAtLeft(fault, from);
    return markup`<g><title>${fault.name} (${fault.targets.join(', ')}): in at ${clockFace(fault.from)}, ${healedWords(fault)}</title>
<rect class="fault" x="${from}" y="${y + 13}" width="${width}" height="${bottom - y - 13}"/>
<line class="fault-edge" x1="${from}" x2="${from}" y1="${y + 2}" y2="${bottom}"/>
<rect class="fault-bar" x="${from}" y="${y + 13}" width="${width}" height="2"/>
<text class="fault-name" x="${atEnd ? place(from - 4) : place(from + 4)}" y="${y + 10}"${atEnd ? markup` text-anchor="end"` : null}>${nameOf(fault)}</text></g>\n`;
  })}`;
}

// Near the right edge a name stands at the left of its bar.
function namedAtLeft(fault: FaultSpan, from: number): boolean {
  return from + textWidth(nameOf(fault)) > RIGHT;
}

function healedWords(fault: FaultSpan): string {
  if (fault.healedBy === null) return 'not seen healed';
  return `healed at ${clockFace(fault.to)} by ${fault.healedBy === 'itself' ? 'its target itself' : `the ${fault.healedBy}`}`;
}

function nameOf(fault: FaultSpan): string {
  const name = clip(oneLine(fault.name), 44);
  return fault.healedBy === null ? `⚡ ${name} (not healed)` : `⚡ ${name}`;
}
