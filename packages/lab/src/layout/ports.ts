import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { randomInt } from 'node:crypto';
import { allLabDirs, inLab } from './paths.ts';

const LOWEST = 10_000;
/** Below the range from which systems take the ports of outgoing connections. */
const HIGHEST = 32_767;

/** What needs a port in each region. */
export interface RegionPorts {
  readonly api1: number;
  readonly api2: number;
  readonly api3: number;
  readonly api4: number;
  readonly postgres: number;
  readonly redis: number;
  readonly toxiproxy: number;
  readonly proxyPostgresA: number;
  readonly proxyPostgresB: number;
  readonly proxyRedis: number;
  readonly proxyReplication: number;
}

/** All ports of a lab. */
export interface LabPorts {
  readonly a: RegionPorts;
  readonly b: RegionPorts;
  readonly entry: number;
  readonly haproxyMetrics: number;
  readonly prometheus: number;
  readonly postgresExporterA: number;
  readonly postgresExporterB: number;
  readonly redisExporter: number;
  readonly versitygw: number;
  /** Where each region has a load balancer of its own: of both, each on its own address, and of its metrics. */
  readonly regionEntry: number;
  readonly balancerMetricsA: number;
  readonly balancerMetricsB: number;
  readonly namesPrimary: number;
  readonly namesSecondary: number;
}

/**
 * Chooses free ports for a whole lab. They lie outside of the range of outgoing connections: a unit that is
 * stopped for a while must find its port free when it comes back, however many clients connect meanwhile.
 * Ports of other labs are left alone even while nobody listens on them.
 */
export async function chooseLabPorts(): Promise<LabPorts> {
  const ports = await freePorts(34, new Set(allLabDirs().flatMap(reservedPorts)));
  const next = () => ports.pop()!;
  const region = (): RegionPorts => ({
    api1: next(),
    api2: next(),
    api3: next(),
    api4: next(),
    postgres: next(),
    redis: next(),
    toxiproxy: next(),
    proxyPostgresA: next(),
    proxyPostgresB: next(),
    proxyRedis: next(),
    proxyReplication: next(),
  });
  return {
    a: region(),
    b: region(),
    entry: next(),
    haproxyMetrics: next(),
    prometheus: next(),
    postgresExporterA: next(),
    postgresExporterB: next(),
    redisExporter: next(),
    versitygw: next(),
    regionEntry: next(),
    balancerMetricsA: next(),
    balancerMetricsB: next(),
    namesPrimary: next(),
    namesSecondary: next(),
  };
}

/** Notes a lab's ports, so that other labs keep away from them. */
export function reservePorts(dir: string, ports: LabPorts): void {
  const { a, b, ...edge } = ports;
  const all = [a, b, edge].flatMap((group) => Object.values(group));
  writeFileSync(inLab.ports(dir), JSON.stringify(all));
}

function reservedPorts(dir: string): readonly number[] {
  const file = inLab.ports(dir);
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as number[]) : [];
  } catch {
    return []; // Another lab is writing it, or being removed. A collision is noticed when the unit starts.
  }
}

async function freePorts(count: number, taken: ReadonlySet<number>): Promise<number[]> {
  const lastOutgoing = firstOutgoingPort() - 1;
  const highest = lastOutgoing > LOWEST + 1000 ? Math.min(HIGHEST, lastOutgoing) : HIGHEST;
  const held: Server[] = [];
  const ports: number[] = [];
  try {
    for (let tries = 0; ports.length < count && tries < 5000; tries++) {
      const port = randomInt(LOWEST, highest + 1);
      if (taken.has(port) || ports.includes(port)) continue;
      const server = await listen(port);
      if (server === undefined) continue;
      held.push(server);
      ports.push(port);
    }
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
  if (ports.length < count) {
    throw new Error(`Found only ${ports.length} of ${count} free ports between ${LOWEST} and ${highest}.`);
  }
  return ports;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

function firstOutgoingPort(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    return 49_152; // What IANA assigns, and systems without /proc use.
  }
}
