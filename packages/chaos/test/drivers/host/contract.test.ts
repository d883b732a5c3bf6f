import { faultDriverContract } from '@ordeal/shared/testing/fault-driver-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostDriver } from '../../../src/drivers/host.ts';
import { hasSshServer, startSshServer, type SshServerFixture } from '../../fixtures/ssh-server.ts';
import { healElsewhere } from '../../fixtures/supervised.ts';
import { configOf, leftOf, subjects, type Subject } from './subjects.ts';

let server: SshServerFixture | undefined;

beforeAll(async () => {
  if (hasSshServer) server = await startSshServer();
});
afterAll(() => server?.stop());

const places = [
  { where: 'on this host', skipped: undefined, on: () => ({}) },
  {
    where: 'over SSH',
    skipped: hasSshServer ? undefined : 'there is no OpenSSH server here',
    on: () => ({ ssh: server?.place }),
  },
];

for (const [name, { skipped, make }] of Object.entries(subjects)) {
  for (const place of places) {
    const reason = skipped ?? place.skipped;
    describe.skipIf(reason !== undefined)(
      `${name}, ${place.where}${reason === undefined ? '' : ` (skipped: ${reason})`}`,
      () => {
        let subject: Subject;
        beforeAll(async () => {
          subject = await make();
        });
        afterAll(() => subject.stop());
        const cases = faultDriverContract(() => ({
          driver: hostDriver,
          raw: subject.raw(place.on()),
          empty: configOf(subject.empty(place.on())),
          mistaken: { raw: subject.mistake.raw, places: [subject.mistake.place] },
          works: () => subject.works(),
          healElsewhere,
        }));
        it.each(cases)('$name', async ({ run }) => {
          await expect(run()).resolves.toBeUndefined();
          expect(leftOf(configOf(subject.raw(place.on())))).toEqual([]);
        });
      },
    );
  }
}
