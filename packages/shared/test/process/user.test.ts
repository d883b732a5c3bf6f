import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { userId, userName } from '../../src/process/user.ts';

it('is who the list of users says', () => {
  expect(userName(() => ({ username: 'ann' }))).toBe('ann');
  expect(userId()).toBe(userInfo().uid);
});

it('goes by its number where no list knows it, as in a container: an emergency stop must not break there', () => {
  const unknown = (): never => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  };
  expect(userName(unknown)).toBe(`uid-${userId()}`);
});
