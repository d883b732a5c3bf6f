import { existsSync, readFileSync } from 'node:fs';
import type { LabSite } from '@ordeal/shared/platform/site';
import { inLab, labDir, requireOwn, siteNames, type SiteName } from './layout/paths.ts';
import { runFiles } from './supervisor/run-files.ts';

/** Where everything is in a lab that is up, or partly up; undefined when there is none of that name. */
export function readSite(name: string): LabSite | undefined {
  const dir = labDir(name);
  if (!existsSync(inLab.site(dir)) || livingSites(dir).length === 0) return undefined;
  requireOwn(dir);
  return JSON.parse(readFileSync(inLab.site(dir), 'utf8')) as LabSite;
}

/** Sites whose supervisor runs. */
export function livingSites(dir: string): readonly SiteName[] {
  return siteNames.filter((site) => runFiles(dir, site).alive() !== undefined);
}
