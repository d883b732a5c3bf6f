import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED } from '../../packages/cli/bin/load-bundle.js';
import { writeCheckedPlatform } from './checked-platform.ts';

/** A file of a bundle. */
export interface Part {
  readonly fileName: string;
  readonly code: string | Buffer;
}

const program = join(import.meta.dirname, 'keep-compiled.main.ts');

/**
 * What V8 has compiled of parts of a bundle once a smoke gate has come to its end, a file for each that it loads. They are
 * run in a folder of their own in `folder`, from where they find what is installed. Rejects with what the gate has said
 * when it did not pass.
 */
export async function compiledOf(
  folder: string,
  parts: readonly Part[],
  entry: string,
): Promise<readonly Part[]> {
  // Of its own: what another gate has left is of other code.
  const tried = mkdtempSync(join(folder, 'compiled-'));
  const workplace = mkdtempSync(join(tmpdir(), 'ordeal-compiled-'));
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"ok":true}');
  });
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    writeCheckedPlatform(workplace, `http://127.0.0.1:${port}`, {
      health: ['/health', '/ready'],
      journeys: ['/first', '/second'],
    });
    for (const { fileName, code } of parts) writeFileSync(join(tried, fileName), code);
    await runGate(join(tried, entry), workplace);
    return parts.flatMap(({ fileName }) => {
      const compiled = `${fileName}${COMPILED}`;
      const path = join(tried, compiled);
      return existsSync(path) ? [{ fileName: compiled, code: readFileSync(path) }] : [];
    });
  } finally {
    server.closeAllConnections();
    server.close();
    for (const one of [tried, workplace]) rmSync(one, { recursive: true, force: true });
  }
}

/** It takes a second. */
const GATE_WITHIN_MS = 60_000;

async function runGate(entry: string, workplace: string): Promise<void> {
  const child = spawn(process.execPath, [program, entry, 'smoke', '--platform', 'checked'], {
    cwd: workplace,
    // Whatever this machine's runs have agreed on, an emergency stop, too, is none of its business.
    env: { ...process.env, TMPDIR: workplace },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(GATE_WITHIN_MS),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`a smoke gate ended with ${code}:\n${said}`);
}
