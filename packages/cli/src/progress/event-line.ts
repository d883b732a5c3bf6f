import { count, duration } from '@ordeal/shared/report/figures';
import { oneLine } from '@ordeal/shared/report/text';
import { findingInWords, OUTCOME_SIGNS } from '@ordeal/shared/report/words';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { phaseTitle } from './frame.ts';
import { standingsInWords } from './standing.ts';
import { wantedInWords, type ProgressState } from './state.ts';

export type Tone = 'good' | 'bad' | 'doubt' | 'fault' | 'dim' | 'plain';

/** What an entry says on a line of its own. */
export interface EventLine {
  readonly text: string;
  readonly tone: Tone;
  /** Worth a line also where a live view shows the present state. */
  readonly lasting: boolean;
}

const SIGNS = { done: '✔', failed: '✖', skipped: '–' } as const;
const HEALERS = {
  run: 'the run',
  guardian: 'the guardian',
  recover: 'ordeal recover',
  itself: 'its target itself',
} as const;
const TONES = { done: 'good', failed: 'bad', skipped: 'doubt' } as const;

/**
 * The line for an entry, given the state before it; null for what needs none. Everything that comes from elsewhere
 * is stripped of control characters.
 */
export function eventLine(state: ProgressState, entry: JournalEntry): EventLine | null {
  switch (entry.type) {
    case 'run-started':
      return plain(`run ${entry.run}: ${entry.scenario} on ${entry.platform}, seed ${entry.seed}`);
    case 'phase-started':
      return plain(
        `▶ ${phaseTitle(state, { name: entry.phase, title: entry.title })}, about ${duration(entry.expectedSeconds)}`,
      );
    case 'phase-ended':
      return lasting(phaseEnd(state, entry), TONES[entry.outcome]);
    case 'step-started':
      return plain(
        `  step ${entry.step}${entry.targetSeconds === null ? '' : `, target ${duration(entry.targetSeconds)}`}`,
      );
    case 'step-ended':
      return entry.outcome === 'done'
        ? plain(`  ✔ step ${entry.step}${stepTook(state, entry)}${after(entry.detail)}`)
        : lasting(
            `  ${SIGNS[entry.outcome]} step ${entry.step} ${entry.outcome}${after(entry.detail)}`,
            TONES[entry.outcome],
          );
    case 'check':
      return entry.held
        ? null
        : lasting(`  ✖ check ${entry.name} does not hold${after(entry.detail)}`, 'bad');
    case 'load-started':
      return plain(`  load ${entry.workload} started, ${wantedInWords(entry.rate)}`);
    case 'load-ended': {
      const text = `  load ${entry.workload} ended: ${entry.how}${after(entry.detail)}`;
      return entry.how === 'broke' ? lasting(text, 'bad') : plain(text);
    }
    case 'fault-injected': {
      const targets = entry.acknowledgements.map((each) => each.target).join(', ');
      return line(`  ⚡ fault in: ${entry.fault}${targets === '' ? '' : ` (${targets})`}`, 'fault', false);
    }
    case 'fault-healed':
      return line(
        `  fault healed: ${entry.fault}, by ${HEALERS[entry.by]}`,
        'fault',
        entry.by === 'guardian' || entry.by === 'recover',
      );
    case 'milestone':
      return lasting(`  ◆ ${entry.name}${after(entry.detail)}`, 'dim');
    case 'approval': {
      const { approved, by, why, step } = entry.approval;
      const because = why.trim() === '' ? '' : ` (${why})`;
      return lasting(
        `  ${step}: ${approved ? 'approved' : 'not approved'} by ${by}${because}`,
        approved ? 'dim' : 'bad',
      );
    }
    case 'finding': {
      const { finding } = entry;
      if (finding.outcome === 'pass') return null;
      const tone = finding.severity === 'should' || finding.outcome === 'inconclusive' ? 'doubt' : 'bad';
      return lasting(
        `  ${OUTCOME_SIGNS[finding.outcome]} ${finding.outcome}: ${findingInWords(finding)}`,
        tone,
      );
    }
    case 'standing':
      return plain(`  ${standingsInWords(entry.findings)}`);
    case 'warning':
      return lasting(`  ! ${entry.message}`, 'doubt');
    case 'note':
      return plain(`  ${entry.message}`);
    case 'run-ended':
      return plain(`run ended: ${entry.outcome}, exit code ${count(entry.exitCode)}`);
    case 'load-second':
    case 'fault-injecting':
    case 'window-closed':
      return null;
  }
}

function phaseEnd(state: ProgressState, entry: Extract<JournalEntry, { type: 'phase-ended' }>): string {
  const planned = state.plan.find((each) => each.name === entry.phase);
  const current = state.phase?.name === entry.phase ? state.phase : null;
  const title = current?.title ?? planned?.title ?? entry.phase;
  const took = current === null ? '' : `  ${duration((entry.monotonicMs - current.startedAt) / 1000)}`;
  const outcome = entry.outcome === 'done' ? '' : `  ${entry.outcome}`;
  return `${SIGNS[entry.outcome]} ${phaseTitle(state, { name: entry.phase, title })}${took}${outcome}${after(entry.detail)}`;
}

function stepTook(state: ProgressState, entry: Extract<JournalEntry, { type: 'step-ended' }>): string {
  return state.step?.name === entry.step
    ? ` in ${duration((entry.monotonicMs - state.step.startedAt) / 1000)}`
    : '';
}

function after(detail: string): string {
  return detail.trim() === '' ? '' : `: ${detail}`;
}

function plain(text: string): EventLine {
  return line(text, 'plain', false);
}

function lasting(text: string, tone: Tone): EventLine {
  return line(text, tone, true);
}

// `oneLine` would take the indent away.
function line(text: string, tone: Tone, isLasting: boolean): EventLine {
  const indent = /^ */u.exec(text)?.[0] ?? '';
  return { text: indent + oneLine(text), tone, lasting: isLasting };
}
