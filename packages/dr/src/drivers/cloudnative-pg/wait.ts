import type { DriverContext } from '@ordeal/shared/drivers/fault';

const pauseMs = 200;

/** Looks until there is nothing to wait for (`undefined`); rejects with the last reason when the time is over. */
export async function waitUntil(
  seconds: number,
  look: () => Promise<string | undefined>,
  message: (reason: string) => string,
  context: DriverContext,
): Promise<void> {
  const deadline = context.clock.now() + seconds * 1000;
  for (;;) {
    const reason = await look();
    if (reason === undefined) return;
    if (context.clock.now() > deadline) throw new Error(message(reason));
    await context.clock.sleep(pauseMs, context.signal);
  }
}
