import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { z } from 'zod';

const node = z.union([
  z.object({ name: z.string(), reachable: z.literal(false), reason: z.string() }),
  z.object({
    name: z.string(),
    reachable: z.literal(true).default(true),
    role: z.enum(['primary', 'standby']),
    timeline: z.number(),
    position: z.number(),
    lagSeconds: z.number().nonnegative().nullish(),
    detail: z.record(z.string(), z.string()).default({}),
  }),
]);

const status = z.object({
  nodes: z.array(node),
  settings: z.record(z.string(), z.string()).default({}),
});

/** Reads what a status command printed. Throws when it is none. Every named node is in it, in the given order. */
export function readStatus(printed: string, names: readonly string[]): StoreStatus {
  let value: unknown;
  try {
    value = JSON.parse(printed);
  } catch (error) {
    throw new Error(`expected JSON from the status command, found ${JSON.stringify(printed.slice(0, 200))}`, {
      cause: error,
    });
  }
  const parsed = status.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `expected { nodes: [...], settings } from the status command, found at ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  const strange = parsed.data.nodes.map((one) => one.name).filter((name) => !names.includes(name));
  if (strange.length > 0) {
    throw new Error(`the status command tells of ${strange.join(', ')}; the store has ${names.join(', ')}`);
  }
  return {
    settings: parsed.data.settings,
    nodes: names.map((name) => {
      const same = parsed.data.nodes.filter((one) => one.name === name);
      const [told] = same;
      if (told === undefined || same.length > 1) {
        const reason = `the status command tells of it ${same.length === 0 ? 'nothing' : `${same.length} times`}`;
        return { name, reachable: false, reason };
      }
      return toNode(told);
    }),
  };
}

function toNode(told: z.infer<typeof node>): StoreNode {
  if (!told.reachable) return told;
  const { lagSeconds, ...rest } = told;
  return typeof lagSeconds === 'number' ? { ...rest, lagSeconds } : rest;
}
