import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import type { Ending } from './ending.ts';
import { ALL_ENDED, type ScriptSpec } from './script-spec.ts';

/** What the control scenario does over and over: wait for the word to end, then see to it that all come to an end. */
export function createControl(spec: ScriptSpec, ending: Ending): () => void {
  let stopping = false;
  return () => {
    if (!stopping) {
      // Any end of this request means "end": the answer, and also that whoever runs the workload is gone.
      const response = http.get(spec.stopUrl, { timeout: '1h', tags: { name: 'ordeal-control' } });
      stopping = response.error_code !== 1050;
      return;
    }
    // Keeps ahead of the growing limit by a second, so that it is never seen from below again.
    if (!ending.ahead()) return;
    // Each virtual user within an iteration is active, this one too.
    if (exec.instance.vusActive <= 1) exec.test.abort(ALL_ENDED);
    sleep(0.005);
  };
}
