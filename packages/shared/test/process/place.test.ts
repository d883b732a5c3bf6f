import { expect, it } from 'vitest';
import { placeFrom, processPlace, type ProcessPlace } from '../../src/process/place.ts';

const machine: ProcessPlace = { host: 'build-7', machine: 'm1', boot: 'b1', pids: 'pid:[4026531836]' };
const pod: ProcessPlace = { host: 'ordeal-x7k', machine: '', boot: 'b1', pids: 'pid:[4026532941]' };

it.each<[string, ProcessPlace, Partial<ProcessPlace>, ReturnType<typeof placeFrom>]>([
  ['itself', machine, {}, 'here'],
  ['the same container', pod, {}, 'here'],
  ['a machine before its restart', machine, { boot: 'b0' }, 'before-restart'],
  ['another machine of that name', machine, { machine: 'm2', boot: 'b2' }, 'elsewhere'],
  ['another pod on this machine', pod, { host: 'ordeal-y8l', pids: 'pid:[4026532999]' }, 'elsewhere'],
  ['the container before it was replaced', pod, { pids: 'pid:[4026532999]' }, 'elsewhere'],
  ['a pod of that name on another machine', pod, { boot: 'b2' }, 'elsewhere'],
  ['one whose image gives it a machine’s id', { ...pod, machine: 'm1' }, { boot: 'b2' }, 'elsewhere'],
  ['a machine that tells no id of its own', { ...machine, machine: '' }, { boot: 'b0' }, 'elsewhere'],
])('knows %s', (_, now, then, is) => {
  expect(placeFrom(now, { ...now, ...then })).toBe(is);
});

it('is the same for all that look from here', () => {
  expect(placeFrom(processPlace(), processPlace())).toBe('here');
  expect(processPlace().host).not.toBe('');
});
