import { expect, it } from 'vitest';
import { chooseCluster, type Kubeconfig } from '../../src/kubernetes/kubeconfig.ts';

/** One that is not there. */
const missing = new Error("ENOENT: no such file or directory, open '/gone'");
const config: Kubeconfig = {
  loadFromDefault: () => {
    throw missing;
  },
  loadFromFile: () => {
    throw missing;
  },
  getContexts: () => [],
  setCurrentContext: () => {},
  getCurrentContext: () => '',
  getCurrentCluster: () => null,
};

it.each([
  ['/gone', 'The kubeconfig /gone cannot be read: ENOENT'],
  [undefined, 'The kubeconfig that kubectl would take cannot be read: ENOENT'],
])('says of a kubeconfig that is not there that it is one: %s', (kubeconfig, sentence) => {
  expect(() => chooseCluster(config, { kubeconfig })).toThrow(sentence);
});
