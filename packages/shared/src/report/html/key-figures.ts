import type { CapacityRecord, RunRecord } from '../../record/record.ts';
import { count, interval, quantity } from '../figures.ts';
import { isUnmeasured } from '../headline.ts';
import { bracketInWords } from '../load-words.ts';
import { type Markup, markup } from '../markup.ts';
import { recoveryTone, type Tone } from './tone.ts';

interface KeyFigure {
  readonly name: string;
  readonly value: string;
  readonly beside: string;
  readonly tone: Tone | 'none';
}

/** The figures that people ask for first. */
export function keyFigures(record: RunRecord): Markup | null {
  const figures = [
    ...record.drills.flatMap(drillFigures),
    ...(record.capacities ?? []).map(capacityFigure),
    ...record.loads.flatMap(loadFigures),
  ].slice(0, 8);
  if (figures.length === 0) return null;
  return markup`<dl class="sheet key">${figures.map(
    (each) =>
      markup`<div><dt class="wrap">${each.name}</dt><dd class="${each.tone === 'none' ? '' : each.tone}">${each.value}<small>${each.beside}</small></dd></div>`,
  )}</dl>`;
}

function drillFigures(drill: RunRecord['drills'][number]): readonly KeyFigure[] {
  const { rto, rpo } = drill;
  const tone = recoveryTone(drill);
  return [
    {
      name: `${drill.name}: RTO`,
      value: recovered(drill),
      beside: `target ${quantity(rto.target, 's')}: ${{ pass: 'met', fail: 'missed', unknown: 'undecided' }[tone]}`,
      tone,
    },
    {
      name: `${drill.name}: writes lost`,
      value: rpo.acknowledged === 0 ? 'unknown' : count(rpo.lost),
      beside: `of ${count(rpo.acknowledged)} acknowledged`,
      tone: rpo.lost > 0 ? 'fail' : rpo.acknowledged === 0 ? 'unknown' : 'none',
    },
  ];
}

function recovered(drill: RunRecord['drills'][number]): string {
  const { rto } = drill;
  if (isUnmeasured(drill)) return 'unknown';
  return rto.high === null ? `> ${quantity(rto.low, 's')}` : interval(rto, 's', rto.target);
}

function capacityFigure({ phase, capacity }: CapacityRecord): KeyFigure {
  return {
    name: `${phase}: capacity`,
    value: bracketInWords(capacity),
    beside: 'broke' in capacity ? `${capacity.broke.objective} broke first` : capacity.because,
    tone: capacity.how === 'unknown' ? 'unknown' : 'none',
  };
}

function loadFigures(load: RunRecord['loads'][number]): readonly KeyFigure[] {
  return [
    {
      name: `${load.workload}: p95`,
      value: quantity(load.latencyMs.p95, 'ms'),
      beside: `${count(load.requests)} requests, faults included`,
      tone: 'none',
    },
    {
      name: `${load.workload}: failed`,
      value: count(load.failed),
      beside: `requests; ${count(load.dropped)} iterations dropped`,
      tone: 'none',
    },
  ];
}
