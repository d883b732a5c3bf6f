import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TsigKey } from './config.ts';
import { classes, decodeMessage, decodeName, encodeName, encodeRecord, types } from './message.ts';

/** Seconds that the two clocks may differ (RFC 8945 recommends 300). */
const fudge = 300;

const errors: Readonly<Record<number, string>> = {
  16: 'BADSIG: the secret is another one',
  17: 'BADKEY: it knows no such key',
  18: 'BADTIME: the clocks differ by more than 5 minutes',
  22: 'BADTRUNC: the signature is too short',
};

/** A message with its signature, and what the answer's signature is made over besides. */
export interface Signed {
  readonly bytes: Buffer;
  readonly mac: Buffer;
}

/** Signs a message (RFC 8945, section 4). `wallMs` is the time that it is signed with. */
export function sign(message: Buffer, key: TsigKey, wallMs: number): Signed {
  const variables = { time: Math.floor(wallMs / 1000), error: 0, other: Buffer.alloc(0) };
  const mac = macOf(key, [message, variablesOf(key, variables)]);
  const data = Buffer.concat([
    encodeName(key.algorithm),
    timeOf(variables.time),
    uint16(fudge, mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0, 0),
  ]);
  const record = encodeRecord({ name: key.name, type: types.TSIG, class: classes.ANY, ttl: 0, data });
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { bytes: signed, mac };
}

/** Throws unless the answer was signed with our key, as an answer to the message with this signature. */
export function verify(answer: Buffer, key: TsigKey, requestMac: Buffer, wallMs: number): void {
  const message = decodeMessage(answer);
  const last = message.additional.at(-1);
  if (last?.type !== types.TSIG) throw new Error('the answer is not signed, so it may be from anybody');
  const algorithm = decodeName(last.data, 0);
  let at = algorithm.end;
  const time = last.data.readUIntBE(at, 6);
  const macLength = last.data.readUInt16BE(at + 8);
  const mac = last.data.subarray(at + 10, at + 10 + macLength);
  at += 10 + macLength;
  const error = last.data.readUInt16BE(at + 2);
  const other = last.data.subarray(at + 6);
  if (error !== 0) throw new Error(errors[error] ?? `the signature was refused with code ${error}`);
  if (last.name !== key.name || algorithm.name !== key.algorithm) {
    throw new Error(
      `the answer is signed with ${last.name} (${algorithm.name}), expected ${key.name} (${key.algorithm})`,
    );
  }
  const plain = Buffer.from(answer.subarray(0, message.lastRecordAt));
  last.data.copy(plain, 0, at, at + 2);
  plain.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const expected = macOf(key, [
    uint16(requestMac.length),
    requestMac,
    plain,
    variablesOf(key, { time, error, other }),
  ]);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new Error("the answer's signature is wrong");
  }
  if (Math.abs(wallMs / 1000 - time) > fudge) throw new Error("the answer's signature is of another time");
}

function macOf(key: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(key.algorithm.replace('hmac-', ''), secretOf(key.secretFile));
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** The secret alone, or in a key file of BIND. */
function secretOf(file: string): Buffer {
  const text = readFileSync(file, 'utf8');
  const secret = /secret\s+"([^"]+)"/.exec(text)?.[1] ?? text.trim();
  if (!/^[A-Za-z0-9+/]+=*$/.test(secret)) throw new Error(`expected a secret in base64 in ${file}`);
  return Buffer.from(secret, 'base64');
}

function variablesOf(
  key: TsigKey,
  { time, error, other }: { readonly time: number; readonly error: number; readonly other: Buffer },
): Buffer {
  return Buffer.concat([
    encodeName(key.name),
    uint16(classes.ANY),
    Buffer.alloc(4),
    encodeName(key.algorithm),
    timeOf(time),
    uint16(fudge, error, other.length),
    other,
  ]);
}

function timeOf(seconds: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(seconds, 0, 6);
  return bytes;
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}
