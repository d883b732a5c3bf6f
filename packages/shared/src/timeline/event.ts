import type { Acknowledgement } from '../drivers/fault.ts';
import type { Finding } from '../objectives/finding.ts';
import type { ApprovalRecord, WindowRecord } from '../record/record.ts';

/** What happened, as it goes into the journal and to whoever watches. One variant a kind of event. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly kind: string;
      readonly platform: string;
      readonly scenario: string;
      readonly seed: number;
    }
  | {
      readonly type: 'phase-started';
      readonly phase: string;
      readonly title: string;
      readonly expectedSeconds: number;
    }
  | {
      readonly type: 'phase-ended';
      readonly phase: string;
      readonly outcome: 'done' | 'failed' | 'skipped';
      readonly detail: string;
    }
  | {
      readonly type: 'step-started';
      readonly phase: string;
      readonly step: string;
      readonly targetSeconds: number | null;
    }
  | {
      readonly type: 'step-ended';
      readonly phase: string;
      readonly step: string;
      readonly outcome: 'done' | 'failed' | 'skipped';
      readonly detail: string;
    }
  | {
      readonly type: 'check';
      readonly phase: string;
      readonly name: string;
      readonly held: boolean;
      readonly detail: string;
    }
  /** `rate`: iterations a second at most; 0 when a script's own scenarios say it. */
  | { readonly type: 'load-started'; readonly workload: string; readonly rate: number }
  | { readonly type: 'load-ended'; readonly workload: string; readonly how: string; readonly detail: string }
  /** Once a second while load runs. */
  | {
      readonly type: 'load-second';
      readonly requestsPerSecond: number;
      readonly failed: number;
      readonly dropped: number;
      readonly p95Ms: number | null;
    }
  | {
      readonly type: 'fault-injecting';
      readonly phase: string;
      readonly fault: string;
      readonly undo: string;
    }
  | {
      readonly type: 'fault-injected';
      readonly phase: string;
      readonly fault: string;
      readonly acknowledgements: readonly Acknowledgement[];
    }
  | {
      readonly type: 'fault-healed';
      readonly phase: string;
      readonly fault: string;
      readonly by: 'run' | 'guardian' | 'recover' | 'itself';
    }
  /** `instant` bounds it in monotonic milliseconds. */
  | {
      readonly type: 'milestone';
      readonly phase: string;
      readonly name: string;
      readonly instant: { readonly low: number; readonly high: number };
      readonly detail: string;
    }
  | { readonly type: 'approval'; readonly phase: string; readonly approval: ApprovalRecord }
  | { readonly type: 'window-closed'; readonly window: WindowRecord }
  /** How the objectives of a check stand, judged from its start until now. Not a verdict: most of it may still turn. */
  | { readonly type: 'standing'; readonly phase: string; readonly findings: readonly Standing[] }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'run-ended'; readonly outcome: string; readonly exitCode: number };

/** How one objective stands. */
export type Standing = Pick<
  Finding,
  'objective' | 'outcome' | 'value' | 'limit' | 'comparator' | 'unit' | 'severity' | 'reason'
>;

/** An event with its instant on both clocks. */
export type JournalEntry = RunEvent & { readonly monotonicMs: number; readonly at: string };
