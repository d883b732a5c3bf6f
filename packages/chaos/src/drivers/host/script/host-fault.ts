import type {
  Acknowledgement,
  DriverContext,
  Ending,
  FaultStatus,
  Loss,
  Measure,
  Target,
} from '@ordeal/shared/drivers/fault';
import type { Host } from '../shell/host.ts';
import type { Said } from '../shell/talk.ts';
import { readMeasure } from './read-measure.ts';
import { findTargets, healScript, injectScript, lookAtScript } from './run-script.ts';
import type { FaultScript } from './fault-script.ts';

/** A host, and under which name the fault is known there. */
export interface FaultHost extends Host {
  readonly token: string;
}

/** One kind of host fault: what the driver does, for a configuration of that kind, on its host. */
export interface HostFault<Config> {
  describe(config: Config): string;
  targets(config: Config, host: FaultHost, context: DriverContext): Promise<readonly Target[]>;
  inject(config: Config, host: FaultHost, context: DriverContext): Promise<readonly Acknowledgement[]>;
  status(config: Config, host: FaultHost, context: DriverContext): Promise<FaultStatus>;
  heal(config: Config, host: FaultHost, context: DriverContext): Promise<void>;
  ending(config: Config): Ending;
  /** How it takes its targets away; absent where it leaves them there. */
  readonly loss?: (config: Config) => Loss | undefined;
  /** What of the host it moves, and how that is read; absent where only clients feel it. */
  readonly measured?: Measured<Config>;
}

export interface Measured<Config> {
  measure(config: Config): Measure;
  read(config: Config, host: FaultHost, context: DriverContext): Promise<number>;
}

/** A fault that a script of the host does and undoes from its configuration alone. */
export interface ScriptedFault<Config> {
  describe(config: Config): string;
  script(config: Config, token: string): Pick<FaultScript, 'variables' | 'functions'>;
  /** Why the host is left alone after all, from what the script's `probe` has said. */
  refusal?(config: Config, said: readonly Said[]): string | undefined;
  /** What of the host it moves. */
  readonly measured?: {
    measure(config: Config): Measure;
    /** POSIX sh: the function `read_measure` says `reading <value>`, of the host and not of what the fault has started. */
    script(config: Config): Pick<FaultScript, 'variables' | 'functions'>;
  };
}

export interface Timed {
  readonly endsAfterSeconds: number;
}

export function scripted<Config extends Timed>({
  describe,
  script,
  refusal = () => undefined,
  measured,
}: ScriptedFault<Config>): HostFault<Config> {
  const faultOf = (config: Config, { machineId, token }: FaultHost): FaultScript => ({
    token,
    seconds: config.endsAfterSeconds,
    machineId,
    ...script(config, token),
    refusal: (said) => refusal(config, said),
  });
  return {
    describe,
    targets: (config, host, context) => findTargets(host, faultOf(config, host), context),
    inject: (config, host, context) => injectScript(host, faultOf(config, host), context),
    status: (config, host, context) => lookAtScript(host, faultOf(config, host), context),
    heal: (config, host, context) => healScript(host, faultOf(config, host), context),
    ending: ({ endsAfterSeconds }) => ({ by: 'target', afterSeconds: endsAfterSeconds }),
    ...(measured === undefined
      ? {}
      : {
          measured: {
            measure: (config) => measured.measure(config),
            read: (config, host, context) => readMeasure(host, measured.script(config), context),
          },
        }),
  };
}
