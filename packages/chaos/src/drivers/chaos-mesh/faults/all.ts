import type { Loss } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { FaultSpec } from '../../../chaos-mesh/one-shot.ts';
import { containerKill, containerKillSchema } from './container-kill.ts';
import { cpuStress, cpuStressSchema } from './cpu-stress.ts';
import { dns, dnsSchema } from './dns.ts';
import type { Aim, FaultType } from './fault-type.ts';
import {
  httpAbort,
  httpAbortSchema,
  httpDelay,
  httpDelaySchema,
  httpStatus,
  httpStatusSchema,
} from './http.ts';
import { ioDelay, ioDelaySchema, ioError, ioErrorSchema } from './io.ts';
import { memoryStress, memoryStressSchema } from './memory-stress.ts';
import { networkBandwidth, networkBandwidthSchema } from './network-bandwidth.ts';
import { networkDelay, networkDelaySchema } from './network-delay.ts';
import { networkLoss, networkLossSchema } from './network-loss.ts';
import { networkPartition, networkPartitionSchema } from './network-partition.ts';
import { podFailure, podFailureSchema } from './pod-failure.ts';
import { podKill, podKillSchema } from './pod-kill.ts';
import { rawSchema, type RawFault } from './raw.ts';
import { time, timeSchema } from './time.ts';

/** Every fault that can be asked for by name, and the raw one. */
export const faultSchema = z.discriminatedUnion('type', [
  podKillSchema,
  podFailureSchema,
  containerKillSchema,
  networkDelaySchema,
  networkLossSchema,
  networkPartitionSchema,
  networkBandwidthSchema,
  cpuStressSchema,
  memoryStressSchema,
  ioDelaySchema,
  ioErrorSchema,
  httpAbortSchema,
  httpDelaySchema,
  httpStatusSchema,
  dnsSchema,
  timeSchema,
  rawSchema,
]);

export type Fault = z.infer<typeof faultSchema>;
export type NamedFault = Exclude<Fault, RawFault>;

const types: { readonly [Type in NamedFault['type']]: FaultType<Extract<NamedFault, { type: Type }>> } = {
  'pod-kill': podKill,
  'pod-failure': podFailure,
  'container-kill': containerKill,
  'network-delay': networkDelay,
  'network-loss': networkLoss,
  'network-partition': networkPartition,
  'network-bandwidth': networkBandwidth,
  'cpu-stress': cpuStress,
  'memory-stress': memoryStress,
  'io-delay': ioDelay,
  'io-error': ioError,
  'http-abort': httpAbort,
  'http-delay': httpDelay,
  'http-status': httpStatus,
  dns,
  time,
};

export function specOf(fault: NamedFault, aim: Aim): FaultSpec {
  return (types[fault.type] as FaultType<NamedFault>).spec(fault, aim);
}

export function describeFault(fault: Fault): string {
  if (fault.type === 'raw') return `${fault.kind} as specified`;
  return (types[fault.type] as FaultType<NamedFault>).describe(fault);
}

/** How it takes its pods away. What a raw fault does is not told from its specification. */
export function lossOf(fault: Fault): Loss | undefined {
  return fault.type === 'raw' ? undefined : (types[fault.type] as FaultType<NamedFault>).loss?.(fault);
}
