import { readFile } from 'node:fs/promises';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { DetectionTime } from '../route-detection.ts';
import type { HaproxyRouteConfig } from './config.ts';

/** HAProxy's own values where its configuration says nothing. Milliseconds, and checks. */
const usual = { inter: 2000, fall: 3 };

/** How long the checks of a backend take to find a dead server, from HAProxy's configuration file. */
export async function detectionOf({
  configFile,
  backend,
}: HaproxyRouteConfig): Promise<DetectionTime | undefined> {
  if (configFile === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(configFile, 'utf8');
  } catch (error) {
    throw new Error(`HAProxy's configuration ${configFile} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return checkTimes(text, backend);
}

/**
 * From the last check that passed to the last of `fall` that did not: up to `inter` until the first of them, and
 * `fastinter` between them. A server that refuses fails a check at once, one that is silent only after its timeout.
 * What a server's own line says counts for it alone; a region is down once the slowest to be found is.
 */
export function checkTimes(text: string, backend: string): DetectionTime {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  const inSection = (wanted: (words: readonly string[]) => boolean): readonly (readonly string[])[] => {
    let is = false;
    return lines.filter((words) => {
      if (/^(global|defaults|frontend|backend|listen|peers|resolvers)$/.test(words[0] ?? ''))
        is = wanted(words);
      return is;
    });
  };
  const own = inSection(([kind, name]) => (kind === 'backend' || kind === 'listen') && name === backend);
  if (own.length === 0) throw new Error(`HAProxy's configuration has no backend ${backend}`);
  const all = [...inSection(([kind]) => kind === 'defaults'), ...own];
  const onServers = (word: string): string | undefined => {
    const line = all.findLast(([kind, ...rest]) => kind === 'default-server' && rest.includes(word));
    return line?.[line.indexOf(word) + 1];
  };
  const timeout = (name: string): string | undefined =>
    all.findLast((words) => words[0] === 'timeout' && words[1] === name)?.[2];
  const timesOf = (server: readonly string[]): CheckTimes => {
    const option = (word: string): string | undefined =>
      server.includes(word) ? server[server.indexOf(word) + 1] : onServers(word);
    const inter = millisecondsOf(option('inter')) ?? usual.inter;
    const fast = millisecondsOf(option('fastinter')) ?? inter;
    const fall = Number(option('fall') ?? usual.fall);
    const check = millisecondsOf(timeout('check')) ?? inter;
    return { inter, fast, fall, check, most: inter + (fall - 1) * fast + fall * check };
  };
  // Behind its name and its address.
  const servers = own.filter(([kind]) => kind === 'server').map((words) => words.slice(3));
  const [slowest = timesOf([])] = servers.map(timesOf).toSorted((a, b) => b.most - a.most);
  const { inter, fast, fall, check, most } = slowest;
  return {
    settings: {
      inter: `${inter} ms`,
      fastinter: `${fast} ms`,
      fall: String(fall),
      'timeout check': `${check} ms`,
    },
    configured: { low: 0, high: most / 1000 },
    reason: `a check every ${inter} ms, ${fall} that fail ${fast} ms apart, each known after ${check} ms at the latest`,
  };
}

/** Of one server, in milliseconds; `fall` is a number of checks. */
interface CheckTimes {
  readonly inter: number;
  readonly fast: number;
  readonly fall: number;
  readonly check: number;
  readonly most: number;
}

function millisecondsOf(text: string | undefined): number | undefined {
  const found = /^(\d+)(us|ms|s|m|h)?$/.exec(text ?? '');
  if (found === null) return undefined;
  const factor = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[found[2] ?? 'ms'];
  return Number(found[1]) * (factor ?? 1);
}
