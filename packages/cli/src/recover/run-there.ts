import type { RunFile } from '../run/run-file.ts';

/** A run's folder. */
export interface RunThere {
  readonly dir: string;
  readonly file: RunFile;
}
