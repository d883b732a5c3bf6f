/** How a response is going on. */
export type Reading =
  | { readonly state: 'more' }
  /** The whole answer is there. `keptMs`: for so long the connection can carry another request; 0 when it cannot. */
  | { readonly state: 'whole'; readonly status: number; readonly keptMs: number }
  | { readonly state: 'wrong'; readonly problem: string };

/** Reads one HTTP/1.1 response as far as a probe needs it: its status, and whether it came whole. */
export interface ResponseReader {
  /** What has come. */
  take(part: Buffer): Reading;
  /** The other side has ended the connection. */
  end(): Reading;
}

/** A server that does not say how long it keeps a connection is taken at so much, as most clients do. */
const KEPT_MS = 4000;
/** A connection is left out so long before its server closes it: a request must not meet that. */
const BEFORE_END_MS = 1000;
const more: Reading = { state: 'more' };
const CR = 0x0d;
const LF = 0x0a;
/** No head of an answer is longer; a server that goes on and on is told from one that answers. */
const MOST_HEAD_BYTES = 64 * 1024;

/** The headers that say where an answer ends, and what becomes of its connection. */
const told: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
]);

type Body =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunked'; at: 'size' | 'data' | 'data-end' | 'trailer'; left: number; line: string }
  | { readonly kind: 'until-end' };

export function responseReader(method: string): ResponseReader {
  let head = '';
  let status = 0;
  let keeps = false;
  let keptMs = KEPT_MS;
  let body: Body | undefined;

  const whole = (kept: boolean): Reading => ({ state: 'whole', status, keptMs: kept ? keptMs : 0 });

  /** Everything up to the empty line. Returns where the body begins in `part`; undefined when more has to come. */
  const takeHead = (part: Buffer): number | undefined => {
    const before = head.length;
    head += part.toString('latin1');
    // The empty line may begin in what came before.
    const end = head.indexOf('\r\n\r\n', Math.max(0, before - 3));
    return end === -1 ? undefined : end + 4 - before;
  };

  const begin = (text: string): Reading | undefined => {
    const [first = '', ...lines] = text.split('\r\n');
    const found = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first);
    if (found === null)
      return { state: 'wrong', problem: `it is no answer of HTTP/1: ${first.slice(0, 80)}` };
    status = Number(found[2]);
    let length: number | undefined;
    let chunked = false;
    keeps = found[1] === '1';
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      if (!told.has(name)) continue;
      const value = line
        .slice(colon + 1)
        .trim()
        .toLowerCase();
      if (name === 'connection') {
        if (/\bclose\b/.test(value)) keeps = false;
        else if (/\bkeep-alive\b/.test(value)) keeps = true;
      } else if (name === 'keep-alive') {
        const seconds = /\btimeout=(\d+)/.exec(value)?.[1];
        if (seconds !== undefined) keptMs = Math.max(0, Number(seconds) * 1000 - BEFORE_END_MS);
      } else if (name === 'transfer-encoding') chunked = /(^|,)\s*chunked$/.test(value);
      else {
        const bytes = /^\d+$/.test(value) ? Number(value) : Number.NaN;
        if (Number.isNaN(bytes) || (length !== undefined && length !== bytes)) {
          return { state: 'wrong', problem: `its content-length is ${value.slice(0, 40)}` };
        }
        length = bytes;
      }
    }
    if (status === 101) return whole(false);
    if (status < 200) {
      // Another head follows, of the answer itself.
      body = undefined;
      return undefined;
    }
    if (method === 'HEAD' || status === 204 || status === 304) return whole(keeps);
    if (chunked) body = { kind: 'chunked', at: 'size', left: 0, line: '' };
    else if (length === undefined) body = { kind: 'until-end' };
    else if (length === 0) return whole(keeps);
    else body = { kind: 'length', left: length };
    return undefined;
  };

  const takeBody = (part: Buffer, from: number): Reading => {
    if (body === undefined || body.kind === 'until-end') return more;
    if (body.kind === 'length') {
      body.left -= part.length - from;
      // More than was said: whatever it is, it belongs to no answer that was asked for.
      return body.left > 0 ? more : whole(keeps && body.left === 0);
    }
    return takeChunks(body, part, from);
  };

  const takeChunks = (
    chunks: Extract<Body, { readonly kind: 'chunked' }>,
    part: Buffer,
    from: number,
  ): Reading => {
    let at = from;
    while (at < part.length) {
      if (chunks.at === 'data') {
        const taken = Math.min(chunks.left, part.length - at);
        chunks.left -= taken;
        at += taken;
        if (chunks.left === 0) chunks.at = 'data-end';
        continue;
      }
      const byte = part[at];
      at += 1;
      if (byte !== LF) {
        if (byte !== CR) chunks.line += String.fromCharCode(byte ?? 0);
        if (chunks.line.length > MOST_HEAD_BYTES)
          return { state: 'wrong', problem: 'a line of it has no end' };
        continue;
      }
      const { line } = chunks;
      chunks.line = '';
      if (chunks.at === 'data-end') {
        if (line !== '') return { state: 'wrong', problem: 'a chunk of it is longer than it said' };
        chunks.at = 'size';
      } else if (chunks.at === 'trailer') {
        if (line === '') return whole(keeps && at === part.length);
      } else {
        const size = /^([0-9a-f]{1,12})\s*(;|$)/i.exec(line)?.[1];
        if (size === undefined)
          return { state: 'wrong', problem: `a chunk of it has the size ${line.slice(0, 40)}` };
        chunks.left = Number.parseInt(size, 16);
        chunks.at = chunks.left === 0 ? 'trailer' : 'data';
      }
    }
    return more;
  };

  const take = (part: Buffer): Reading => {
    let rest = part;
    while (body === undefined) {
      const from = takeHead(rest);
      if (head.length > MOST_HEAD_BYTES && from === undefined) {
        return { state: 'wrong', problem: `its head is longer than ${MOST_HEAD_BYTES} bytes` };
      }
      if (from === undefined) return more;
      const text = head.slice(0, head.indexOf('\r\n\r\n'));
      head = '';
      const reading = begin(text);
      if (reading?.state === 'whole') {
        return from === rest.length ? reading : { ...reading, keptMs: 0 };
      }
      if (reading !== undefined) return reading;
      rest = rest.subarray(from);
      if (body === undefined && rest.length === 0) return more;
    }
    return rest.length === 0 ? more : takeBody(rest, 0);
  };

  return {
    take,
    end: () => (body?.kind === 'until-end' ? whole(false) : { state: 'wrong', problem: 'it broke off' }),
  };
}
