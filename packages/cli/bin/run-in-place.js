const { spawn } = require('node:child_process');

/** As in `src/command-error.ts`: ordeal itself broke. */
const BROKEN = 70;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Of what was interrupted, as in `src/run/interruption.ts`. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 };

/**
 * Runs a program of the project on another Node in the place of this process, and gives its exit code. What is sent to
 * this process alone is passed on; what a terminal sends to both comes twice, which the program takes for once. It has
 * a channel to this process, by whose end it learns that this one was killed.
 *
 * Whatever else it was ended by (SIGKILL, a crash) is no interruption: it has healed nothing and said nothing.
 */
async function runInPlace(node, [program, ...args], options = {}) {
  const child = spawn(node, [program, ...args], {
    ...options,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const pass = (signal) => child.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (...end) => resolve(end));
    });
    if (code !== null) return code;
    if (signal in INTERRUPTED) return INTERRUPTED[signal];
    console.error(
      `${program} was ended by ${signal}${signal === 'SIGKILL' ? ' (is the machine out of memory?)' : ''}; ` +
        '`npx ordeal recover` heals what a run has left, and says what.',
    );
    return BROKEN;
  } catch (error) {
    console.error(`Cannot run ${node}: ${error.message}`);
    return BROKEN;
  } finally {
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}

module.exports = { runInPlace };
