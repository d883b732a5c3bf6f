import type { RunRecord } from '../../../record/record.ts';
import type { JournalEntry } from '../../../timeline/event.ts';
import { counted, dateTime, duration } from '../../figures.ts';
import { type Markup, markup } from '../../markup.ts';
import { linear } from '../scale.ts';
import { timeAxis } from './axis.ts';
import { faultLanes, faultSpans } from './faults.ts';
import { LEFT, RIGHT, WIDTH } from './frame.ts';
import { milestoneMarks, placeMarks } from './milestones.ts';
import { type TimelineModel, timelineModel } from './model.ts';
import { failedPanel, latencyPanel, ratePanel } from './panel.ts';
import { phaseBands, phaseList } from './phases.ts';
import { readings } from './readings.ts';

/** The run on one time axis: phases, faults, milestones, and what the client saw. */
export function timelineSection(record: RunRecord, journal: readonly JournalEntry[]): Markup {
  const model = timelineModel(journal);
  if (model === undefined) {
    return markup`<section class="sheet timeline"><h2>Timeline</h2><p class="note">The journal has no entry, so there is nothing to draw.</p></section>`;
  }
  const point =
    model.binSeconds === 1
      ? 'Each point is one second.'
      : `Each point is ${model.binSeconds} s: mean rate, sum of failures, worst p95.`;
  return markup`<section class="sheet timeline"><h2>Timeline<small>minutes since ${dateTime(model.startedAt)}</small></h2>
<p class="readout" id="readout" role="status">${point} Point at the drawing, or move over it with the arrow keys, to read figures.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline of the run">${drawing(record, model)}</div>
${phaseList(model)}</section>`;
}

function drawing(record: RunRecord, model: TimelineModel): Markup {
  const x = linear([0, model.seconds], [LEFT, RIGHT]);
  const lanes = faultLanes(model.faults, x);
  const marks = placeMarks(model.milestones, x);
  const faultsTop = 26;
  const marksTop = faultsTop + lanes.height;
  const rateTop = marksTop + marks.height + 4;
  const failedTop = rateTop + 112;
  const latencyTop = failedTop + 98;
  // Without a client there is one line to say so.
  const bottom = model.load.length === 0 ? rateTop + 34 : latencyTop + 120;
  const row = (top: number, height: number): { x: typeof x; top: number; height: number } => ({
    x,
    top,
    height,
  });
  const panels =
    model.load.length === 0
      ? markup`<text x="${LEFT + 5}" y="${rateTop + 20}">No load was measured.</text>`
      : markup`${ratePanel(model.load, model.binSeconds, row(rateTop, 104))}${failedPanel(model.load, model.binSeconds, row(failedTop, 90))}${latencyPanel(model.load, model.binSeconds, row(latencyTop, 116), latencyLimit(record))}`;
  return markup`<svg id="timeline" viewBox="0 0 ${WIDTH} ${bottom + 22}" role="img" tabindex="0" aria-label="${describe(model)}">
${phaseBands(model, row(0, 24), bottom)}${faultSpans(model.faults, lanes, row(faultsTop, lanes.height), bottom)}${panels}${milestoneMarks(marks.marks, row(marksTop, marks.height), bottom)}${timeAxis(model, row(bottom, 20))}
<line class="cursor" x1="0" x2="0" y1="${rateTop}" y2="${bottom}"/></svg>${readings(model, x)}`;
}

function describe(model: TimelineModel): string {
  const failed = model.load.reduce((sum, point) => sum + point.failed, 0);
  return `${duration(model.seconds)} in ${counted(model.phases.length, 'phase')} with ${counted(model.faults.length, 'fault')}; ${counted(failed, 'failed request')}. The tables below hold the same facts.`;
}

/** The limit of the client's p95, when all findings on it agree on one. */
function latencyLimit(record: RunRecord): number | undefined {
  const limits = new Set(
    record.findings
      .filter(
        (each) => each.unit === 'ms' && /\bclient\b/iu.test(each.signal) && /\bp95\b/iu.test(each.signal),
      )
      .map((each) => each.limit),
  );
  const [only] = limits;
  return limits.size === 1 && only !== undefined && only > 0 ? only : undefined;
}
