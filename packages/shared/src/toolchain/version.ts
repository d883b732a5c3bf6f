import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Component } from './components.ts';
import type { Located } from './find.ts';

const run = promisify(execFile);

/** A program's version. */
export interface Version {
  /** As the program says it. */
  readonly text: string;
  /** Its numbers, most significant first. */
  readonly parts: readonly number[];
  /** What is wrong when it is older than what is needed: "is version 0.52.0, but …". */
  readonly tooOld?: string;
}

/** Version of a program that was found, as it says itself; undefined when it does not run or says none. */
export async function versionOf(located: Located): Promise<string | undefined> {
  if (!located.found) return undefined;
  try {
    const { stdout, stderr } = await run(located.path, [...located.component.versionArguments], {
      timeout: 10_000,
    });
    return versionIn(located.component, `${stdout}\n${stderr}`)?.text;
  } catch {
    return undefined;
  }
}

/** The version in what a program printed about itself; undefined when there is none. */
export function versionIn(component: Component, printed: string): Version | undefined {
  const text = component.version.exec(printed)?.[1];
  if (text === undefined) return undefined;
  const numbers = numbersOf(text);
  const { oldest } = component;
  return oldest !== undefined && isOlder(numbers, numbersOf(oldest))
    ? { text, parts: numbers, tooOld: `is version ${text}, but ${oldest} or newer is needed` }
    : { text, parts: numbers };
}

function numbersOf(text: string): readonly number[] {
  return (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number);
}

function isOlder(left: readonly number[], right: readonly number[]): boolean {
  for (const [index, wanted] of right.entries()) {
    const got = left[index] ?? 0;
    if (got !== wanted) return got < wanted;
  }
  return false;
}
