import { expect, it } from 'vitest';
import { checkTimes } from '../../src/drivers/haproxy/detection.ts';

const config = (own: string, defaults = ''): string => `
global
  maxconn 100
defaults
  timeout connect 1s
  ${defaults}
backend other
  default-server inter 60s
backend api
  option httpchk
  ${own}
`;

it('reads how long a dead server may stay unseen, from HAProxy’s own values where nothing is said', () => {
  const { configured } = checkTimes(config('server a1 10.0.0.1:80 check'), 'api');
  expect(configured).toEqual({ low: 0, high: 2 + 2 * 2 + 3 * 2 });
});

it('takes what is said for all servers of the backend', () => {
  const text = config('default-server inter 500ms fastinter 250ms fall 2', 'timeout check 300ms');
  expect(checkTimes(text, 'api')).toMatchObject({
    configured: { low: 0, high: 0.5 + 0.25 + 0.6 },
    settings: { inter: '500 ms', fastinter: '250 ms', fall: '2', 'timeout check': '300 ms' },
  });
});

it('takes what a server’s own line says, and the slowest of them: a region is down when all of it is', () => {
  const text = config(`default-server inter 1s fall 2
  server a1 10.0.0.1:80 check inter 500ms
  server inter 10.0.0.2:80 check inter 10s fall 3`);
  expect(checkTimes(text, 'api')).toMatchObject({
    configured: { low: 0, high: 10 + 2 * 10 + 3 * 10 },
    settings: { inter: '10000 ms', fall: '3' },
  });
});

it('says which backend is missing', () => {
  expect(() => checkTimes(config(''), 'web')).toThrow("HAProxy's configuration has no backend web");
});
