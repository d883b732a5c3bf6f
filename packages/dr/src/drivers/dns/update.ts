import { randomInt } from 'node:crypto';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { fillArgv } from '../fill-argv.ts';
import { mustRun } from '../postgres/program.ts';
import type { DnsRouteConfig, DnsUpdate } from './config.ts';
import { deliver } from './exchange.ts';
import type { Answer } from './lookup.ts';
import {
  classes,
  decodeMessage,
  encodeData,
  encodeMessage,
  opcodes,
  refusalOf,
  types,
  type DnsRecord,
} from './message.ts';
import { sign, verify } from './tsig.ts';

/** What the record shall be. */
export interface Wanted {
  readonly regions: readonly string[];
  readonly addresses: readonly string[];
  readonly ttl: number;
}

/** Changes the record in the zone. Rejects unless the server says that it has. */
export async function update(
  config: DnsRouteConfig,
  before: Answer,
  wanted: Wanted,
  context: DriverContext,
): Promise<void> {
  const { update: how } = config;
  if (how.kind === 'command') return await byCommand(config, how, wanted, context);
  const message = encodeUpdate(config, before, wanted);
  const server = config.servers[0] ?? '';
  const { tsig } = how;
  if (tsig === undefined) return mustAgree(server, config, await deliver(server, message, context));
  const signed = sign(message, tsig, context.clock.wall());
  const answer = await deliver(server, signed.bytes, context);
  const { rcode } = decodeMessage(answer);
  try {
    verify(answer, tsig, signed.mac, context.clock.wall());
  } catch (error) {
    const said = rcode === 0 ? '' : ` (${refusalOf(rcode)})`;
    throw new Error(
      `the name server ${server} does not prove that it changed ${config.name}${said}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  mustAgree(server, config, answer);
}

/**
 * One message, so the zone has the old record or the new one, and never none (RFC 2136). It is refused when the
 * record is no longer what was read before.
 */
function encodeUpdate(config: DnsRouteConfig, before: Answer, wanted: Wanted): Buffer {
  const { name, type } = config;
  const record = (klass: number, ttl: number, data: Buffer): DnsRecord => ({
    name,
    type: types[type],
    class: klass,
    ttl,
    data,
  });
  const nothing = Buffer.alloc(0);
  return encodeMessage({
    id: randomInt(0x10000),
    opcode: opcodes.UPDATE,
    question: { name: config.zone, type: types.SOA },
    answers:
      before.addresses.length === 0
        ? [record(classes.NONE, 0, nothing)]
        : before.addresses.map((one) => record(classes.IN, 0, encodeData(type, one))),
    authority: [
      record(classes.ANY, 0, nothing),
      ...wanted.addresses.map((one) => record(classes.IN, wanted.ttl, encodeData(type, one))),
    ],
  });
}

function mustAgree(server: string, config: DnsRouteConfig, answer: Buffer): void {
  const { rcode } = decodeMessage(answer);
  if (rcode !== 0) {
    throw new Error(`the name server ${server} did not change ${config.name}: ${refusalOf(rcode)}`);
  }
}

async function byCommand(
  config: DnsRouteConfig,
  { argv, timeoutSeconds }: Extract<DnsUpdate, { kind: 'command' }>,
  wanted: Wanted,
  context: DriverContext,
): Promise<void> {
  const values: Readonly<Record<string, string>> = {
    name: config.name,
    type: config.type,
    ttl: String(wanted.ttl),
    addresses: wanted.addresses.join(','),
    regions: wanted.regions.join(','),
  };
  await mustRun(fillArgv(argv, values), context, { timeoutMs: timeoutSeconds * 1000 });
}
