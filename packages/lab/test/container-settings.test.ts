import { describe, expect, it } from 'vitest';
import { databaseSettings, replicaSettings } from '../src/container/settings.ts';

const given = {
  PLATFORM: 'arklex',
  REPLICA: 'api-a-7d9f',
  REGION: 'a',
  DATABASE_A: 'postgresql://platform@postgres-1/ordeal',
  DATABASE_B: 'postgresql://platform@postgres-2/ordeal',
  REDIS_URL: 'redis://redis-a:6379',
};

describe('what a replica in a container is given', () => {
  it('is its environment, and the rest is as usual', () => {
    expect(replicaSettings(given)).toEqual({
      platform: 'arklex',
      replica: 'api-a-7d9f',
      version: '1.0.0',
      region: 'a',
      host: '0.0.0.0',
      port: 8000,
      databases: { a: given.DATABASE_A, b: given.DATABASE_B },
      redis: given.REDIS_URL,
      sabotage: [],
    });
  });

  it('may be a version with a defect, and sabotage', () => {
    const settings = replicaSettings({
      ...given,
      VERSION: '1.1.0-slow',
      SABOTAGE: 'slow,rate-limit-off',
      PORT: '0',
    });
    expect(settings).toMatchObject({
      version: '1.1.0-slow',
      defect: 'slow',
      port: 0,
      sabotage: ['slow', 'rate-limit-off'],
    });
  });

  it('is complained about all at once', () => {
    const wrong = { PLATFORM: 'arklexx', REGION: 'c', PORT: 'http', REDIS_URL: '', VERSION: '9' };
    const complaint = (): unknown => replicaSettings(wrong);
    expect(complaint).toThrow(/REPLICA is not set\n/);
    expect(complaint).toThrow(/DATABASE_A is not set\nDATABASE_B is not set\nREDIS_URL is not set/);
    expect(complaint).toThrow(/REGION is a or b, and not "c"/);
    expect(complaint).toThrow(/PORT is a port \(0 to 65535\), and not "http"/);
    expect(complaint).toThrow(/There is no version "9"/);
    expect(complaint).toThrow(/does not serve the platform "arklexx"/);
    for (const PORT of ['', ' ', '1e3', '65536', '-1', '80.5']) {
      expect(() => replicaSettings({ ...given, PORT })).toThrow(
        `PORT is a port (0 to 65535), and not "${PORT}"`,
      );
    }
    expect(() => replicaSettings({ ...given, SABOTAGE: 'mixed-tenants' })).toThrow(/"mixed-tenants"/);
  });
});

it('of the job that makes the tables, what it needs is asked for, and no more', () => {
  expect(databaseSettings(given)).toEqual({
    platform: 'arklex',
    databases: { a: given.DATABASE_A, b: given.DATABASE_B },
  });
  expect(() => databaseSettings({})).toThrow(/^PLATFORM is not set\nDATABASE_A is not set/);
});
