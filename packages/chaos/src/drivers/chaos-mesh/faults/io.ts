import { z } from 'zod';
import type { IOChaosSpec } from '../../../chaos-mesh/types/io-chaos.ts';
import type { FaultType } from './fault-type.ts';
import { containerNames, containers, milliseconds, percent } from './fields.ts';

const fields = {
  /** Where the volume is mounted. */
  volumePath: z.string().startsWith('/', { error: 'The mount point of a volume in the container.' }),
  /** Which files below it, as a pattern. */
  path: z.string().min(1).optional(),
  /** Calls that are hit, for instance `READ`; default: all. */
  methods: z.array(z.string().min(1)).min(1).optional(),
  /** Share of the calls. */
  percent: percent.default(100),
  containers,
};

/** Calls on files are slow. */
export const ioDelaySchema = z.strictObject({
  type: z.literal('io-delay'),
  delayMs: milliseconds,
  ...fields,
});

/** Calls on files fail with this error number of Linux, for instance 5 for an input/output error. */
export const ioErrorSchema = z.strictObject({
  type: z.literal('io-error'),
  errno: z.int().positive(),
  ...fields,
});

type Where = Omit<z.infer<typeof ioDelaySchema>, 'type' | 'delayMs'>;

function where(settings: Where): Pick<IOChaosSpec, 'volumePath' | 'path' | 'methods' | 'percent'> {
  const { volumePath, path, methods, percent: share } = settings;
  return {
    volumePath,
    percent: Math.round(share),
    ...(path === undefined ? {} : { path }),
    ...(methods === undefined ? {} : { methods }),
    ...containerNames(settings.containers),
  };
}

export const ioDelay: FaultType<z.infer<typeof ioDelaySchema>> = {
  spec: ({ delayMs, ...settings }, aim) => ({
    kind: 'IOChaos',
    spec: { action: 'latency', delay: `${delayMs}ms`, ...where(settings), ...aim },
  }),
  describe: ({ delayMs, volumePath, percent: share }) =>
    `${share} % of the file calls in ${volumePath} slower by ${delayMs} ms`,
};

export const ioError: FaultType<z.infer<typeof ioErrorSchema>> = {
  spec: ({ errno, ...settings }, aim) => ({
    kind: 'IOChaos',
    spec: { action: 'fault', errno, ...where(settings), ...aim },
  }),
  describe: ({ errno, volumePath, percent: share }) =>
    `${share} % of the file calls in ${volumePath} fail with error ${errno}`,
};
