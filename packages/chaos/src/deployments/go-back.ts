import type { DeploymentDriver } from '@ordeal/shared/drivers/deployment';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { serves } from './course.ts';

const LOOK_EVERY_MS = 500;

export interface WentBack {
  /** When the old version was seen to serve alone; absent when it was not in time. */
  readonly returned?: number;
  /** Seconds from when it was asked for; absent when nobody had to ask. */
  readonly seconds?: { readonly low: number; readonly high: number | null };
  /** What the platform says. */
  readonly detail: string;
}

/** Goes back to the old version, and makes sure that it alone serves. One that is back already is only looked at. */
export async function goBack(
  {
    phase,
    from,
    isBack,
    driver,
  }: {
    readonly phase: Pick<DeployPhase, 'within'>;
    readonly from: string;
    readonly isBack: boolean;
    readonly driver: DeploymentDriver;
  },
  context: DriverContext,
): Promise<WentBack> {
  const { clock, signal } = context;
  const asked = clock.now();
  let detail = '';
  // It is looked at meanwhile: that the command has ended does not tell when the old version came back.
  let underWay = !isBack;
  const asking = isBack ? Promise.resolve() : driver.rollBack(from, context);
  void asking
    .catch((error: unknown) => void (detail = reasonOf(error)))
    .finally(() => void (underWay = false));
  let last = asked;
  let back: { readonly low: number; readonly high: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    const looked = clock.now();
    try {
      const status = await driver.status(context);
      const now = clock.now();
      detail = status.detail;
      if (serves(status, from)) back ??= { low: (last - asked) / 1000, high: (now - asked) / 1000 };
      else [back, last] = [undefined, looked];
      if (back !== undefined && !underWay)
        return { returned: now, detail, ...(isBack ? {} : { seconds: back }) };
    } catch (error) {
      signal.throwIfAborted();
      detail = reasonOf(error);
    }
    if (clock.now() >= asked + phase.within * 1000) {
      return { detail, ...(isBack ? {} : { seconds: { low: phase.within, high: null } }) };
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
