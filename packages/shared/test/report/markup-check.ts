/** One element of a checked document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** All the text in it, also in its children, with references resolved. */
  readonly text: string;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const VOID = new Set(['meta', 'link']);

/** Reads XML strictly: throws at the first thing that is not well-formed. */
export function readXml(source: string): Element {
  return read(source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/u, ''), new Set(), new Set());
}

/** Reads the report's HTML as strictly: elements without end tag and raw script and style are known. */
export function readHtml(source: string): Element {
  if (!source.startsWith('<!doctype html>')) throw new Error('no doctype');
  return read(source.slice('<!doctype html>'.length), VOID, new Set(['script', 'style']));
}

function read(source: string, empty: ReadonlySet<string>, raw: ReadonlySet<string>): Element {
  const bad = FORBIDDEN.exec(source);
  if (bad) throw new Error(`forbidden character at ${bad.index}`);
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [root];
  let at = 0;
  while (at < source.length) {
    const top = stack.at(-1) ?? root;
    if (source[at] !== '<') {
      const next = source.indexOf('<', at);
      const end = next === -1 ? source.length : next;
      const text = resolve(source.slice(at, end));
      if (top === root && text.trim() !== '') throw new Error(`text outside the root element at ${at}`);
      top.text += text;
      at = end;
      continue;
    }
    const closing = /^<\/([A-Za-z][\w-]*)>/u.exec(source.slice(at, at + 80));
    if (closing) {
      if (top.name !== closing[1]) throw new Error(`</${closing[1]}> ends <${top.name}> at ${at}`);
      stack.pop();
      const parent = stack.at(-1) ?? root;
      parent.children.push(top);
      parent.text += top.text;
      at += closing[0].length;
      continue;
    }
    const opening = /^<([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*(?:="[^"<]*")?)*)\s*(\/?)>/u.exec(
      source.slice(at),
    );
    const name = opening?.[1];
    if (!opening || name === undefined) throw new Error(`no tag at ${at}: ${source.slice(at, at + 60)}`);
    const element: Open = { name, attributes: attributesOf(opening[2] ?? ''), children: [], text: '' };
    at += opening[0].length;
    if (opening[3] === '/' || empty.has(name)) {
      top.children.push(element);
    } else if (raw.has(name)) {
      const end = source.indexOf(`</${name}`, at);
      if (end === -1) throw new Error(`<${name}> does not end`);
      element.text = source.slice(at, end);
      top.children.push(element);
      at = source.indexOf('>', end) + 1;
    } else {
      stack.push(element);
    }
  }
  const [only, ...others] = root.children;
  if (stack.length !== 1) throw new Error(`<${stack.at(-1)?.name}> does not end`);
  if (only === undefined || others.length > 0) throw new Error('not one root element');
  return only;
}

function attributesOf(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, , value] of source.matchAll(/([A-Za-z][\w:-]*)(="([^"]*)")?/gu)) {
    if (name === undefined) continue;
    if (name in attributes) throw new Error(`attribute ${name} twice`);
    attributes[name] = resolve(value ?? '');
  }
  return attributes;
}

function resolve(text: string): string {
  return text.replace(/&([^;\s]*);?/gu, (whole, name: string) => {
    const character = REFERENCES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`unknown reference ${whole}`);
    return character;
  });
}

/** The element and all below it. */
export function allOf(element: Element): readonly Element[] {
  return [element, ...element.children.flatMap(allOf)];
}

export function named(element: Element, name: string): readonly Element[] {
  return allOf(element).filter((each) => each.name === name);
}
