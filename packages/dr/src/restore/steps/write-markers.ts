import { RestoreRefused } from '../course.ts';
import { markerUndo, RESTORE_MARKERS_DRIVER, writeMarkers, type Marking } from '../markers.ts';
import { ownMomentOnly, push } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const markSource: RestoreStep = {
  name: 'write markers',
  plan: (phase) =>
    phase.drill.kind === 'point-in-time' && 'markFor' in phase.drill
      ? `write a marker every 100 ms into the source, ${phase.drill.markFor} s before the moment and as long behind it`
      : 'write no markers',
  asks: () => 'Write markers into the source now? They are taken out of it again afterwards.',
  run: async (course, context) => {
    const { phase, deps } = course;
    const markFor =
      phase.drill.kind === 'point-in-time' && 'markFor' in phase.drill ? phase.drill.markFor : 0;
    const { archiveAll } = deps.driver;
    const url = deps.settings.markers?.url;
    if (url === undefined || archiveAll === undefined) {
      throw new RestoreRefused([
        url === undefined
          ? 'a restore of a moment needs markers in the source: set `markers.url`'
          : ownMomentOnly(deps.driver),
      ]);
    }
    const undo = markerUndo(url);
    const entry = push(course, RESTORE_MARKERS_DRIVER, undo, `markers ${undo.table} in the source`);
    const markers = {
      entry,
      undo,
      marking: undefined as Marking | undefined,
    };
    course.markers = markers;
    markers.marking = await writeMarkers(undo, markFor, context);
    await archiveAll(context);
    return `${markers.marking.markers.length} markers around ${new Date(markers.marking.target).toISOString()}, archived`;
  },
};
