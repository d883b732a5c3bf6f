import { clockFace, duration } from '../../figures.ts';
import { type Markup, markup } from '../../markup.ts';
import { clip } from '../../text.ts';
import { place } from '../scale.ts';
import { SIGNS, type Tone } from '../tone.ts';
import { type Row, textWidth } from './frame.ts';
import type { PhaseSpan, TimelineModel } from './model.ts';

/** Bands over the whole height, every other one tinted, with number and title at the top. */
export function phaseBands(model: TimelineModel, row: Row, whole: number): Markup {
  return markup`${model.phases.map((phase, index) => {
    const from = row.x(phase.from);
    const width = place(row.x(phase.to) - from);
    const label = labelFor(index + 1, phase, width - 8);
    return markup`<g><title>${index + 1}. ${phase.title}: ${clockFace(phase.from)} to ${clockFace(phase.to)}, ${wordFor(phase)}</title>
${index % 2 === 0 ? markup`<rect class="band" x="${from}" y="0" width="${width}" height="${whole}"/>` : null}
<line class="edge" x1="${from}" x2="${from}" y1="0" y2="${whole}"/>
<text class="strong" x="${place(from + 5)}" y="${row.top + 15}">${label}</text></g>\n`;
  })}`;
}

/** The phases as a list: numbers in narrow bands are explained here. */
export function phaseList(model: TimelineModel): Markup {
  return markup`<ol class="phases">${model.phases.map(
    (phase, index) =>
      markup`<li><span>${index + 1}</span><span class="wrap">${phase.title}${phase.detail === '' ? null : markup` <span class="soft">${phase.detail}</span>`}</span><span class="soft">${duration(phase.to - phase.from)}</span><span class="${toneFor(phase)}"><span aria-hidden="true">${SIGNS[toneFor(phase)]}</span> ${wordFor(phase)}</span></li>`,
  )}</ol>`;
}

function labelFor(number: number, phase: PhaseSpan, room: number): string {
  const title = `${number} ${phase.title}`;
  if (textWidth(title) <= room) return title;
  const name = `${number} ${phase.name}`;
  if (textWidth(name) <= room) return name;
  const letters = Math.floor(room / textWidth('m'));
  if (letters >= 9) return clip(name, letters);
  return textWidth(String(number)) <= room + 4 ? String(number) : '';
}

function toneFor(phase: PhaseSpan): Tone {
  return phase.outcome === 'done' ? 'pass' : phase.outcome === 'failed' ? 'fail' : 'unknown';
}

function wordFor(phase: PhaseSpan): string {
  return phase.outcome === 'open' ? 'not ended' : phase.outcome;
}
