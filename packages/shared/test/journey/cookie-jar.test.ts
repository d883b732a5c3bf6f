import { describe, expect, it } from 'vitest';
import { createCookieJar } from '../../src/journey/cookie-jar.ts';

const url = (address: string) => new URL(address);

function jarWith(address: string, ...headers: readonly string[]) {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const jar = createCookieJar(() => now);
  jar.take(url(address), headers);
  return {
    sent: (to: string) => jar.for(url(to)).map(({ name, value }) => `${name}=${value}`),
    take: (...more: readonly string[]) => jar.take(url(address), more),
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

describe('a cookie', () => {
  it('goes back to its own host only, unless it names a domain', () => {
    const jar = jarWith(
      'http://a.shop.example/x',
      'own=1',
      'wide=2; Domain=.shop.example',
      'alien=3; Domain=evil.example',
    );
    expect(jar.sent('http://a.shop.example/x')).toEqual(['own=1', 'wide=2']);
    expect(jar.sent('http://b.shop.example/x')).toEqual(['wide=2']);
    expect(jar.sent('http://ashop.example/x')).toEqual([]);
    expect(jar.sent('http://evil.example/')).toEqual([]);
  });

  it('goes to its path and what is below it', () => {
    const jar = jarWith('http://x.example/a/b/c', 'dir=1', 'deep=2; Path=/a/b/d', 'all=3; Path=/');
    expect(jar.sent('http://x.example/a/b/d/e')).toEqual(['deep=2', 'dir=1', 'all=3']);
    expect(jar.sent('http://x.example/a/bc')).toEqual(['all=3']);
  });

  it('that is secure goes over TLS, or stays on the machine', () => {
    expect(jarWith('https://x.example/', 's=1; Secure').sent('http://x.example/')).toEqual([]);
    expect(jarWith('https://x.example/', 's=1; Secure').sent('wss://x.example/')).toEqual(['s=1']);
    expect(jarWith('http://127.0.0.1:1/', 's=1; Secure').sent('http://127.0.0.1:2/')).toEqual(['s=1']);
    expect(jarWith('http://localhost/', 's=1; Secure').sent('http://localhost/')).toEqual(['s=1']);
  });

  it('ends when its time is over, and when it is taken back', () => {
    const jar = jarWith(
      'http://x.example/',
      'a=1; Max-Age=10',
      'b=2; Expires=Tue, 01 Jan 2030 00:00:20 GMT',
      'c=3',
    );
    expect(jar.sent('http://x.example/')).toEqual(['a=1', 'b=2', 'c=3']);
    jar.pass(11);
    expect(jar.sent('http://x.example/')).toEqual(['b=2', 'c=3']);
    jar.take('c=; Max-Age=0', 'b="quoted"');
    expect(jar.sent('http://x.example/')).toEqual(['b=quoted']);
  });
});
