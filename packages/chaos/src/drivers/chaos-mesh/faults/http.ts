import { z } from 'zod';
import type { HTTPChaosSpec } from '../../../chaos-mesh/types/http-chaos.ts';
import type { FaultType } from './fault-type.ts';
import { milliseconds, port } from './fields.ts';

const fields = {
  port,
  /** Only requests to this path, with `*` as a wildcard; default: all. */
  path: z.string().min(1).default('*'),
  /** Only requests with this method. */
  method: z.string().min(1).optional(),
};

/** Requests are cut off: their connection is closed. */
export const httpAbortSchema = z.strictObject({ type: z.literal('http-abort'), ...fields });

/** Answers are late. */
export const httpDelaySchema = z.strictObject({
  type: z.literal('http-delay'),
  delayMs: milliseconds,
  ...fields,
});

/** Answers carry this status, whatever the application said. */
export const httpStatusSchema = z.strictObject({
  type: z.literal('http-status'),
  status: z.int().min(100).max(599),
  ...fields,
});

type Where = Omit<z.infer<typeof httpAbortSchema>, 'type'>;

function where({ port: at, path, method }: Where): Pick<HTTPChaosSpec, 'port' | 'path' | 'method'> {
  return { port: at, path, ...(method === undefined ? {} : { method }) };
}

function words({ port: at, path, method }: Where): string {
  return `${method === undefined ? '' : `${method} `}${path} on port ${at}`;
}

export const httpAbort: FaultType<z.infer<typeof httpAbortSchema>> = {
  spec: (settings, aim) => ({
    kind: 'HTTPChaos',
    spec: { target: 'Request', abort: true, ...where(settings), ...aim },
  }),
  describe: (settings) => `requests ${words(settings)} cut off`,
};

export const httpDelay: FaultType<z.infer<typeof httpDelaySchema>> = {
  spec: ({ delayMs, ...settings }, aim) => ({
    kind: 'HTTPChaos',
    spec: { target: 'Response', delay: `${delayMs}ms`, ...where(settings), ...aim },
  }),
  describe: ({ delayMs, ...settings }) => `answers to ${words(settings)} later by ${delayMs} ms`,
};

export const httpStatus: FaultType<z.infer<typeof httpStatusSchema>> = {
  spec: ({ status, ...settings }, aim) => ({
    kind: 'HTTPChaos',
    spec: { target: 'Response', replace: { code: status }, ...where(settings), ...aim },
  }),
  describe: ({ status, ...settings }) => `answers to ${words(settings)} turned into ${status}`,
};
