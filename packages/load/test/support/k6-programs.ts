import { leftOut } from '@ordeal/shared/testing/left-out';
import { testProgram, withoutPrograms } from '@ordeal/shared/testing/test-program';
import { testTools } from '@ordeal/shared/testing/tools';

/** Every k6 that tests go through, by the name of its major version: the older one where it was set up. */
export function k6Programs(): Readonly<Record<string, string>> {
  const older = testProgram('k6-v1');
  if (leftOut(withoutPrograms('k6-v1')) || older === undefined) return { 'k6 2': testTools().k6 };
  return { 'k6 2': testTools().k6, 'k6 1': older };
}
