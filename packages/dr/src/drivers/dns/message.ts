import { isIPv6 } from 'node:net';

/** Numbers of record types, classes and operations (RFC 1035, 2136, 3596, 8945). */
export const types = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, TSIG: 250, ANY: 255 } as const;
export const classes = { IN: 1, NONE: 254, ANY: 255 } as const;
export const opcodes = { QUERY: 0, UPDATE: 5 } as const;

const refusals: Readonly<Record<number, string>> = {
  1: 'FORMERR: it does not understand the message',
  2: 'SERVFAIL: it failed',
  3: 'NXDOMAIN: there is no such name',
  4: 'NOTIMP: it does not do this',
  5: 'REFUSED: it does not let us',
  6: 'YXDOMAIN: a name exists that should not',
  7: 'YXRRSET: a record exists that should not',
  8: 'NXRRSET: the record is no longer what it was',
  9: 'NOTAUTH: it does not hold the zone, or does not accept the key',
  10: 'NOTZONE: the name is not in the zone',
};

/** What a server means by its answer's code. */
export function refusalOf(rcode: number): string {
  return refusals[rcode] ?? `code ${rcode}`;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Buffer;
}

export interface DnsMessage {
  readonly id: number;
  readonly opcode: number;
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly rcode: number;
  /** Sections in their order; an update calls them zone, prerequisites, updates and additional. */
  readonly questions: readonly { readonly name: string; readonly type: number; readonly class: number }[];
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  /** Where the last record begins, which is where a signature is. */
  readonly lastRecordAt: number;
}

/** A name on the wire, not compressed. */
export function encodeName(name: string): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .filter((label) => label !== '');
  const parts = labels.map((label) =>
    Buffer.concat([Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]),
  );
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export function encodeRecord(record: DnsRecord): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(record.type, 0);
  head.writeUInt16BE(record.class, 2);
  head.writeUInt32BE(record.ttl, 4);
  head.writeUInt16BE(record.data.length, 8);
  return Buffer.concat([encodeName(record.name), head, record.data]);
}

export interface Sections {
  readonly id: number;
  readonly opcode: number;
  readonly recursion?: boolean;
  readonly question: { readonly name: string; readonly type: number };
  /** Prerequisites and updates of an update. */
  readonly answers?: readonly DnsRecord[];
  readonly authority?: readonly DnsRecord[];
}

export function encodeMessage({
  id,
  opcode,
  recursion,
  question,
  answers = [],
  authority = [],
}: Sections): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE((opcode << 11) | (recursion === true ? 0x0100 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt16BE(authority.length, 8);
  const asked = Buffer.alloc(4);
  asked.writeUInt16BE(question.type, 0);
  asked.writeUInt16BE(classes.IN, 2);
  return Buffer.concat([
    head,
    encodeName(question.name),
    asked,
    ...answers.map(encodeRecord),
    ...authority.map(encodeRecord),
  ]);
}

/** Reads a message. Throws when it is cut off or no message at all. */
export function decodeMessage(bytes: Buffer): DnsMessage {
  if (bytes.length < 12) throw new Error(`expected a DNS message, found ${bytes.length} bytes`);
  const flags = bytes.readUInt16BE(2);
  let at = 12;
  const questions = Array.from({ length: bytes.readUInt16BE(4) }, () => {
    const { name, end } = decodeName(bytes, at);
    at = end + 4;
    return { name, type: bytes.readUInt16BE(end), class: bytes.readUInt16BE(end + 2) };
  });
  let lastRecordAt = at;
  const section = (offset: number): DnsRecord[] =>
    Array.from({ length: bytes.readUInt16BE(offset) }, () => {
      lastRecordAt = at;
      const { name, end } = decodeName(bytes, at);
      const length = bytes.readUInt16BE(end + 8);
      const from = end + 10;
      if (from + length > bytes.length) throw new Error('the DNS message is cut off');
      at = from + length;
      const type = bytes.readUInt16BE(end);
      return {
        name,
        type,
        class: bytes.readUInt16BE(end + 2),
        ttl: bytes.readUInt32BE(end + 4),
        // A name in it may point back into the message, so it is written out.
        data:
          type === types.CNAME
            ? encodeName(decodeName(bytes, from).name)
            : bytes.subarray(from, from + length),
      };
    });
  const [answers, authority, additional] = [section(6), section(8), section(10)];
  return {
    id: bytes.readUInt16BE(0),
    opcode: (flags >> 11) & 15,
    response: (flags & 0x8000) !== 0,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    rcode: flags & 15,
    questions,
    answers,
    authority,
    additional,
    lastRecordAt,
  };
}

/** A name in small letters, without its last dot. */
export function decodeName(bytes: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  // Each pointer must lead to an earlier place, or it would go round in circles.
  let before = bytes.length;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) throw new Error('the DNS message is cut off within a name');
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if ((length & 0xc0) === 0xc0) {
      const target = bytes.readUInt16BE(at) & 0x3fff;
      if (target >= before) throw new Error('a name in the DNS message points forward');
      end ??= at + 2;
      before = target;
      at = target;
    } else {
      labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
}

/** The data of a record from its text: an address, or a name. */
export function encodeData(type: 'A' | 'AAAA' | 'CNAME', text: string): Buffer {
  if (type === 'CNAME') return encodeName(text);
  return type === 'A' ? Buffer.from(text.split('.').map(Number)) : encodeIpv6(text);
}

/** Its text, as `canonical` makes it. */
export function decodeData(type: 'A' | 'AAAA' | 'CNAME', data: Buffer): string {
  if (type === 'CNAME') return decodeName(data, 0).name;
  if (type === 'A') return [...data].join('.');
  return Array.from({ length: 8 }, (_, index) => data.readUInt16BE(index * 2).toString(16)).join(':');
}

/** One text for each address or name: small letters, no last dot, IPv6 written out. */
export function canonical(type: 'A' | 'AAAA' | 'CNAME', text: string): string {
  return decodeData(type, encodeData(type, text.toLowerCase()));
}

function encodeIpv6(text: string): Buffer {
  if (!isIPv6(text)) throw new Error(`expected an IPv6 address, found ${text}`);
  // The last 32 bits may be written as IPv4.
  const whole = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [left = '', right] = whole.split('::');
  const groups = (part: string): string[] => part.split(':').filter((one) => one !== '');
  const [head, tail] = [groups(left), groups(right ?? '')];
  const zeros = Array.from({ length: right === undefined ? 0 : 8 - head.length - tail.length }, () => '0');
  const bytes = Buffer.alloc(16);
  [...head, ...zeros, ...tail].forEach((group, index) =>
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2),
  );
  return bytes;
}
