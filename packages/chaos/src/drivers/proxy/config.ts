import { createHash } from 'node:crypto';
import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';

const milliseconds = z.number().int().min(0, { error: 'Milliseconds, not below 0.' });

const toxicSchema = z.discriminatedUnion('type', [
  /** Lets nothing through; 0 keeps the connection open for as long as the fault is in. */
  z.strictObject({ type: z.literal('timeout'), timeout: milliseconds.default(0) }),
  z.strictObject({ type: z.literal('latency'), latency: milliseconds, jitter: milliseconds.default(0) }),
  /** Resets connections, `timeout` ms after their first byte. */
  z.strictObject({ type: z.literal('reset_peer'), timeout: milliseconds.default(0) }),
  z.strictObject({
    type: z.literal('bandwidth'),
    rate: z
      .number()
      .int()
      .positive({ error: 'Kilobytes a second, at least 1; to let nothing through use timeout.' }),
  }),
  z.strictObject({ type: z.literal('slow_close'), delay: milliseconds }),
  /** The proxy itself refuses connections. */
  z.strictObject({ type: z.literal('down') }),
]);

const schema = z.strictObject({
  api: z.url({
    protocol: /^https?$/,
    error: 'The address of the Toxiproxy API, for instance http://127.0.0.1:8474',
  }),
  proxies: z
    .array(z.string().min(1))
    .min(1)
    .refine((names) => new Set(names).size === names.length, {
      error: 'each proxy once',
      params: { hint: 'Remove the name that stands there twice.' },
    }),
  toxic: toxicSchema,
});

export type ProxyConfig = z.infer<typeof schema>;
export type Toxic = Exclude<ProxyConfig['toxic'], { type: 'down' }>;
export type Stream = 'upstream' | 'downstream';

export function parseProxyConfig(raw: unknown, path: string): Result<ProxyConfig> {
  return fromZod(schema, raw, path);
}

/**
 * The directions that a toxic goes into. Delay and slow closing are put on the answers only, so that their
 * figures are what a client sees; the others would leave the other direction whole.
 */
const STREAMS: Readonly<Record<Toxic['type'], readonly Stream[]>> = {
  timeout: ['upstream', 'downstream'],
  reset_peer: ['upstream', 'downstream'],
  bandwidth: ['upstream', 'downstream'],
  latency: ['downstream'],
  slow_close: ['downstream'],
};

/** A toxic as the Toxiproxy API takes it. */
export interface NamedToxic {
  readonly name: string;
  readonly type: string;
  readonly stream: Stream;
  readonly toxicity: 1;
  readonly attributes: Readonly<Record<string, number>>;
}

/** Our toxics for one proxy. The names follow from the settings, so that another process finds them again. */
export function namedToxics(toxic: Toxic): readonly NamedToxic[] {
  const { type, ...attributes } = toxic;
  const settings = JSON.stringify(Object.entries(toxic).sort(([a], [b]) => (a < b ? -1 : 1)));
  const mark = createHash('sha256').update(settings).digest('hex').slice(0, 8);
  return STREAMS[type].map((stream) => ({
    name: `ordeal-${type}-${mark}-${stream}`,
    type,
    stream,
    toxicity: 1,
    attributes,
  }));
}

export function describeProxyConfig({ proxies, toxic, api }: ProxyConfig): string {
  return `${inWords(toxic)} at ${proxies.join(', ')} (Toxiproxy ${api})`;
}

function inWords(toxic: ProxyConfig['toxic']): string {
  switch (toxic.type) {
    case 'timeout':
      return `nothing gets through${toxic.timeout === 0 ? '' : `, connections closed after ${toxic.timeout} ms`}`;
    case 'latency':
      return `latency ${toxic.latency} ms${toxic.jitter === 0 ? '' : ` ± ${toxic.jitter} ms`}`;
    case 'reset_peer':
      return `connections reset${toxic.timeout === 0 ? '' : ` after ${toxic.timeout} ms`}`;
    case 'bandwidth':
      return `bandwidth ${toxic.rate} kB/s`;
    case 'slow_close':
      return `connections closed ${toxic.delay} ms late`;
    case 'down':
      return 'connections refused';
  }
}
