import type { DeploymentDriver } from '@ordeal/shared/drivers/deployment';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { DeployPhase } from '@ordeal/shared/scenario/deploy-phase';
import { serves } from './course.ts';

const LOOK_EVERY_MS = 500;
/** What has failed may have been in the way of something: it is tried again while there is time. */
const ASK_AGAIN_MS = 2_000;

export interface WentBack {
  /** When the old version was seen to serve alone, and that had been asked for; absent when not so in time. */
  readonly returned?: number;
  /** Seconds from when it was asked for; absent when nobody had to ask. */
  readonly seconds?: { readonly low: number; readonly high: number | null };
  /** What the platform says, and why it could not be asked to go back. */
  readonly detail: string;
}

/**
 * Goes back to the old version, and makes sure that it alone serves. Asked for again for as long as that fails. One
 * that is back already is only looked at.
 */
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
  const until = asked + phase.within * 1000;
  // It is looked at meanwhile: that the command has ended does not tell when the old version came back. And what is
  // seen does not tell that it was asked for: a deployment that begins late would stay.
  let wasAsked = isBack;
  let refused = '';
  const ask = async (): Promise<void> => {
    while (!wasAsked && clock.now() < until) {
      try {
        await driver.rollBack(from, context);
        wasAsked = true;
      } catch (error) {
        refused = reasonOf(error);
        await clock.sleep(ASK_AGAIN_MS, signal);
      }
    }
  };
  // What ends it is the run's signal, which is looked at below.
  void ask().catch(() => undefined);
  let seen = '';
  let last = asked;
  let back: { readonly low: number; readonly high: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    const looked = clock.now();
    try {
      const status = await driver.status(context);
      const now = clock.now();
      seen = status.detail;
      if (serves(status, from)) back ??= { low: (last - asked) / 1000, high: (now - asked) / 1000 };
      else [back, last] = [undefined, looked];
      if (back !== undefined && wasAsked)
        return { returned: now, detail: seen, ...(isBack ? {} : { seconds: back }) };
    } catch (error) {
      signal.throwIfAborted();
      seen = reasonOf(error);
    }
    if (clock.now() >= until) {
      const detail = [seen, ...(wasAsked ? [] : [refused || 'the way back is still under way'])].join('; ');
      return { detail, ...(isBack ? {} : { seconds: { low: phase.within, high: null } }) };
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
