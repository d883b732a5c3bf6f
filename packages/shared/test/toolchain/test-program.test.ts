import { afterEach, expect, it, vi } from 'vitest';
import { withoutPrograms } from '../../src/testing/test-program.ts';

afterEach(() => vi.unstubAllEnvs());

it('says how what only proofs need is set up, which is by name', () => {
  vi.stubEnv('KUBE_CONTROLLER_MANAGER_BIN', '/absent');
  vi.stubEnv('ETCD_BIN', '/absent');
  expect(withoutPrograms('kube-controller-manager')).toBe(
    'skipped: kube-controller-manager not found (npm run setup -- kube-controller-manager)',
  );
  expect(withoutPrograms('etcd', 'kube-controller-manager')).toBe(
    'skipped: etcd, kube-controller-manager not found (npm run setup -- --tests kube-controller-manager)',
  );
});
