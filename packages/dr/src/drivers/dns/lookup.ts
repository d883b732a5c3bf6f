import { randomInt } from 'node:crypto';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { DnsRouteConfig } from './config.ts';
import { NoAnswer, query } from './exchange.ts';
import { decodeData, decodeMessage, encodeMessage, opcodes, refusalOf, types } from './message.ts';

/** What a server answers about the record. */
export interface Answer {
  /** Sorted, each in its canonical text; empty when there is no such record. */
  readonly addresses: readonly string[];
  /** Seconds that the answer may be kept; of a cache: that are left of them. Null without a record. */
  readonly ttl: number | null;
}

/**
 * Asks a server for the record: the zone's own, which must answer with authority, or a resolver. That there is no
 * such name is an answer. Rejects when there is none, with a `NoAnswer` where nobody else gets one either.
 */
export async function lookUp(
  config: Pick<DnsRouteConfig, 'name' | 'type'>,
  server: string,
  asks: 'the zone' | 'a resolver',
  context: DriverContext,
): Promise<Answer> {
  const { name, type } = config;
  const message = encodeMessage({
    id: randomInt(0x10000),
    opcode: opcodes.QUERY,
    recursion: asks === 'a resolver',
    question: { name, type: types[type] },
  });
  const answer = decodeMessage(await query(server, message, context));
  if (answer.rcode !== 0 && answer.rcode !== 3) {
    throw new NoAnswer(`the name server ${server} has no answer for ${name}: ${refusalOf(answer.rcode)}`);
  }
  if (asks === 'the zone' && !answer.authoritative) {
    throw new Error(
      `the name server ${server} does not hold ${name} itself (its answer is not authoritative): name the zone's own servers`,
    );
  }
  // A resolver that looks for an address answers with the CNAMEs on the way as well.
  const records = answer.answers.filter(
    (one) => one.type === types[type] && (asks === 'a resolver' || one.name === name),
  );
  return {
    addresses: records.map((one) => decodeData(type, one.data)).toSorted(),
    ttl: records.length === 0 ? null : Math.min(...records.map((one) => one.ttl)),
  };
}
