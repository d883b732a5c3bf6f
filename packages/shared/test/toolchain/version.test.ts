import { describe, expect, it } from 'vitest';
import { components, type Component } from '../../src/toolchain/components.ts';
import { versionIn } from '../../src/toolchain/version.ts';

const k6 = components.find((one) => one.name === 'k6') as Component;

describe('the version of k6', () => {
  it.each([
    ['k6 v2.2.0 (go1.26.8, linux/amd64)', '2.2.0'],
    ['k6 v1.8.1 (commit/abc, go1.26, darwin/arm64)', '1.8.1'],
    ['my-own-k6 v1.10.0 (go1.26.8, linux/amd64)', '1.10.0'],
    ['k6.exe v2.0.0-rc1 (go1.26, windows/amd64)', '2.0.0-rc1'],
    [
      'k6 v1.8.1 (go1.26, linux/amd64)\nExtensions:\n  github.com/grafana/xk6-ts v0.2.6, k6/x/ts [js]\n',
      '1.8.1',
    ],
  ])('is read from %j', (printed, version) => {
    expect(versionIn(k6, printed)).toMatchObject({ text: version });
    expect(versionIn(k6, printed)?.tooOld).toBeUndefined();
  });

  it.each([
    ['k6 v0.52.0 (go1.22, linux/amd64)', 'is version 0.52.0, but 1.8.0 or newer is needed'],
    ['k6 v1.7.9 (go1.22, linux/amd64)', 'is version 1.7.9, but 1.8.0 or newer is needed'],
  ])('is too old in %j', (printed, why) => {
    expect(versionIn(k6, printed)?.tooOld).toBe(why);
  });

  it.each(['', 'GNU bash, version 5.2', '  github.com/grafana/xk6-ts v0.2.6 (devel)'])(
    'is not in %j',
    (printed) => {
      expect(versionIn(k6, printed)).toBeUndefined();
    },
  );
});
