import type {
  Acknowledgement,
  DriverContext,
  FaultDriver,
  FaultStatus,
  Guarded,
  Target,
} from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { NoSuchProxy, ToxiproxyApi, ToxiproxyGone, type ProxyState } from './proxy/api.ts';
import { describeProxyConfig, namedToxics, parseProxyConfig, type ProxyConfig } from './proxy/config.ts';

/** Faults on the way to a dependency, put in and taken out through Toxiproxy's HTTP API. */
export const proxyDriver: FaultDriver<ProxyConfig> & Guarded<ProxyConfig> = {
  kind: 'proxy',
  parse: parseProxyConfig,
  describe: describeProxyConfig,
  action: ({ toxic }) => toxic.type,

  /** Rejects when a proxy is missing, or disabled by somebody else: healing would enable it. */
  async targets(config, context): Promise<readonly Target[]> {
    const api = apiOf(config, context);
    return Promise.all(
      config.proxies.map(async (proxy) => {
        const state = await api.read(proxy);
        if (!state.enabled) {
          throw new Error(
            `The proxy "${proxy}" is disabled already; enable it, or leave it out of this fault.`,
          );
        }
        return { name: `proxy ${proxy}`, identity: `${state.listen} → ${state.upstream}` };
      }),
    );
  },

  async inject(config, context): Promise<readonly Acknowledgement[]> {
    const api = apiOf(config, context);
    return Promise.all(
      config.proxies.map(async (proxy) => {
        const sent = context.clock.now();
        if (config.toxic.type === 'down') await api.enable(proxy, false);
        else for (const toxic of namedToxics(config.toxic)) await api.add(proxy, toxic);
        const { complete, seen } = ours(config, await api.read(proxy));
        const confirmed = context.clock.now();
        if (!complete) {
          throw new Error(
            `The fault was accepted at "${proxy}", but reading it back shows ${seen || 'nothing'}.`,
          );
        }
        return { target: `proxy ${proxy}`, sent, confirmed, detail: seen };
      }),
    );
  },

  async status(config, context): Promise<FaultStatus> {
    const api = apiOf(config, context);
    const states = await Promise.all(config.proxies.map((proxy) => look(api, config, proxy, context)));
    return (
      states.find(({ state }) => state === 'unknown') ??
      states.find(({ state }) => state === 'present') ?? { state: 'absent' }
    );
  },

  async heal(entry, context): Promise<void> {
    const parsed = parseProxyConfig(entry.config, `undo entry ${entry.id}`);
    if (!parsed.ok) {
      const what = parsed.diagnostics.map(
        (one) => `${one.path}: expected ${one.expected}, found ${one.found}`,
      );
      throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
    }
    const config = parsed.value;
    const api = apiOf(config, context);
    const healed = await Promise.allSettled(
      config.proxies.map(async (proxy) => {
        await takeOut(api, config, proxy);
        const status = await look(api, config, proxy, context);
        if (status.state === 'present') throw new Error(`${status.detail} after it was taken out.`);
        if (status.state === 'unknown') throw new Error(status.reason);
      }),
    );
    const failed = healed.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    if (failed.length > 0) {
      throw new Error(failed.map(({ message }) => message).join(' '), { cause: failed[0] });
    }
  },
};

function apiOf(config: ProxyConfig, { clock, signal }: DriverContext): ToxiproxyApi {
  return new ToxiproxyApi(config.api, clock, signal);
}

async function takeOut(api: ToxiproxyApi, config: ProxyConfig, proxy: string): Promise<void> {
  try {
    if (config.toxic.type === 'down') await api.enable(proxy, true);
    else for (const toxic of namedToxics(config.toxic)) await api.remove(proxy, toxic.name);
  } catch (error) {
    // Toxics live in Toxiproxy's memory: with it, or with the proxy, they are gone. `look` says so.
    if (!(error instanceof ToxiproxyGone || error instanceof NoSuchProxy)) throw error;
  }
}

async function look(
  api: ToxiproxyApi,
  config: ProxyConfig,
  proxy: string,
  { say }: DriverContext,
): Promise<FaultStatus> {
  try {
    const { any, seen } = ours(config, await api.read(proxy));
    return any ? { state: 'present', detail: `${seen} at proxy ${proxy}` } : { state: 'absent' };
  } catch (error) {
    if (error instanceof ToxiproxyGone || error instanceof NoSuchProxy) {
      say(`${error.message} What was put into it is gone with it.`);
      return { state: 'absent' };
    }
    return { state: 'unknown', reason: reasonOf(error) };
  }
}

/** What of our fault a proxy shows. */
function ours(
  config: ProxyConfig,
  state: ProxyState,
): { readonly any: boolean; readonly complete: boolean; readonly seen: string } {
  if (config.toxic.type === 'down') {
    const down = !state.enabled;
    return { any: down, complete: down, seen: down ? 'disabled' : '' };
  }
  const wanted = namedToxics(config.toxic);
  const present = wanted.filter(({ name }) => state.toxics.some((one) => one.name === name));
  const complete = wanted.every(({ name, attributes, toxicity, stream }) =>
    state.toxics.some(
      (one) =>
        one.name === name &&
        one.stream === stream &&
        one.toxicity === toxicity &&
        Object.entries(attributes).every(([key, value]) => one.attributes[key] === value),
    ),
  );
  return { any: present.length > 0, complete, seen: present.map(({ name }) => name).join(', ') };
}
