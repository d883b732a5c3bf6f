import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { PrometheusSettings } from '../platform/platform.ts';
import type { Address } from './address.ts';
import { CannotAsk, codeOf } from './cannot-ask.ts';
import type { Redactor } from './secrets.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * The headers of each request: own ones, the tenant, and who asks. `auth` comes before an Authorization header of
 * the settings, and that before credentials in the address. Values become secrets of the redactor. Throws at once
 * when something of it can be in no header; what is returned rejects with `CannotAsk` when the token cannot be read.
 */
export function requestHeaders(
  settings: Pick<PrometheusSettings, 'auth' | 'headers' | 'tenant'>,
  address: Address,
  redactor: Redactor,
): () => Promise<Headers> {
  const { auth } = settings;
  const own = Object.entries(settings.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const fixed: Record<string, string> = {
    ...(address.credentials === undefined ? {} : { authorization: basic(address.credentials) }),
    ...Object.fromEntries(own),
    ...(settings.tenant === undefined ? {} : { 'x-scope-orgid': settings.tenant }),
    ...(auth !== undefined && 'bearer' in auth ? { authorization: `Bearer ${auth.bearer.trim()}` } : {}),
    ...(auth !== undefined && 'user' in auth ? { authorization: basic(auth) } : {}),
  };
  if (auth !== undefined && 'password' in auth) redactor.learn([auth.password]);
  for (const [name, value] of Object.entries(fixed)) {
    learnHeader(redactor, value);
    check(name, value);
  }
  if (auth === undefined || !('bearerFile' in auth)) return async () => fixed;
  return async () => {
    const token = await tokenIn(auth.bearerFile);
    const authorization = `Bearer ${token}`;
    learnHeader(redactor, authorization);
    check('authorization', authorization);
    return { ...fixed, authorization };
  };
}

async function tokenIn(file: string): Promise<string> {
  let text: string;
  try {
    // Few name a file, and it brings much along.
    const { readFile } = await import('node:fs/promises');
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CannotAsk(`the file of its bearer token, ${file}, cannot be read (${codeOf(error)})`);
  }
  const token = text.trim();
  if (token === '') throw new CannotAsk(`the file of its bearer token, ${file}, is empty`);
  return token;
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The value as it is, and without the scheme in front of it. */
function learnHeader(redactor: Redactor, value: string): void {
  redactor.learn([value, ...value.split(' ').slice(1)]);
}

function check(name: string, value: string): void {
  // What the library throws may repeat what it was given. A name that is none may be a value in the wrong place.
  if (!isFine(() => validateHeaderName(name))) {
    throw new CannotAsk('one of its headers has a name with a character that no header may have');
  }
  if (!isFine(() => validateHeaderValue(name, value))) {
    throw new CannotAsk(`its header ${name} holds a character that no header may have`);
  }
}

function isFine(validate: () => void): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}
