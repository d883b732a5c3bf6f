import { connect } from 'node:net';
import type { DriverContext } from '@ordeal/shared/drivers/fault';

const answerWithinMs = 2000;

/** Sends one command to HAProxy's runtime socket, and returns its answer. */
export async function ask(socket: string, command: string, context: DriverContext): Promise<string> {
  context.signal.throwIfAborted();
  return await new Promise<string>((resolve, reject) => {
    const connection = connect(socket);
    let answer = '';
    const fail = (reason: string, cause?: Error): void => {
      connection.destroy();
      reject(
        new Error(`HAProxy's runtime socket ${socket} did not answer "${command}": ${reason}`, { cause }),
      );
    };
    const abort = (): void => {
      connection.destroy();
      reject(context.signal.reason as Error);
    };
    context.signal.addEventListener('abort', abort, { once: true });
    connection
      .setEncoding('utf8')
      .setTimeout(answerWithinMs, () => fail(`nothing came within ${answerWithinMs / 1000} s`))
      .on('data', (text: string) => (answer += text))
      .on('error', (error) => fail(error.message, error))
      .on('end', () => resolve(answer))
      .on('close', () => context.signal.removeEventListener('abort', abort));
    connection.end(`${command}\n`);
  });
}

/** Sends a command that answers nothing when it was done. */
export async function tell(socket: string, command: string, context: DriverContext): Promise<void> {
  const answer = (await ask(socket, command, context)).trim();
  if (answer !== '') throw new Error(`HAProxy refused "${command}": ${answer}`);
}
