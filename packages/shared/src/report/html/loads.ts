import type { RunRecord } from '../../record/record.ts';
import { count, quantity } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { loadResults } from './load-results.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** What the generator offered, and what came of it over the whole run. */
export function loadsSection(record: RunRecord): Markup | null {
  const { loads, capacities = [], leaks = [] } = record;
  if (loads.length + capacities.length + leaks.length === 0) return null;
  const table = loads.length === 0 ? null : loadTable(record);
  return markup`<section class="sheet"><h2>Load</h2>${table}${loadResults(record)}</section>`;
}

function loadTable(record: RunRecord): Markup {
  return dataTable(
    'Whole workloads, with everything that was broken meanwhile; the windows above are what is judged',
    [
      { heading: 'Workload' },
      { heading: 'Offered', align: 'right' },
      { heading: 'Achieved', align: 'right' },
      { heading: 'Dropped', align: 'right' },
      { heading: 'Requests', align: 'right' },
      { heading: 'Failed', align: 'right' },
      { heading: 'p50', align: 'right' },
      { heading: 'p95', align: 'right' },
      { heading: 'p99', align: 'right' },
      { heading: 'Offered as promised' },
    ],
    record.loads.map((load) => [
      load.workload,
      ...[load.offered, load.achieved, load.dropped, load.requests, load.failed].map(count),
      ...[load.latencyMs.p50, load.latencyMs.p95, load.latencyMs.p99].map((ms) => quantity(ms, 'ms')),
      load.validity.valid ? toned('pass', 'yes') : markup`${toned('unknown', 'no:')} ${load.validity.reason}`,
    ]),
  );
}
