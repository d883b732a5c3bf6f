import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '@ordeal/shared/record/record';
import { renderHtml } from '@ordeal/shared/report/html/render-html';
import { renderJunit } from '@ordeal/shared/report/junit';
import { renderSummary } from '@ordeal/shared/report/summary';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { writeDurably } from '@ordeal/shared/files/durable-file';
import { writeWhole } from '@ordeal/shared/files/whole-file';
import { EVIDENCE_MODE } from './evidence.ts';

/** Writes the record, and everything that is rendered from it and the journal. Returns the report's path. */
export function writeRecord(dir: string, record: RunRecord): string {
  writeDurably(join(dir, 'record.json'), `${JSON.stringify(record, null, 2)}\n`, EVIDENCE_MODE);
  return renderReports(dir, record);
}

/**
 * Renders what people and pipelines read. The record is the only source, the journal gives the curves: what a power cut
 * takes is rendered again by `ordeal report`.
 */
export function renderReports(dir: string, record: RunRecord): string {
  writeWhole(join(dir, 'junit.xml'), renderJunit(record), EVIDENCE_MODE);
  writeWhole(join(dir, 'summary.md'), renderSummary(record), EVIDENCE_MODE);
  const report = join(dir, 'report.html');
  writeWhole(report, renderHtml(record, readJournal(dir)), EVIDENCE_MODE);
  return report;
}

/** The journal's entries. A last line that was cut off by a crash is left out. */
export function readJournal(dir: string): readonly JournalEntry[] {
  const path = join(dir, 'journal.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as JournalEntry];
    } catch {
      return [];
    }
  });
}
