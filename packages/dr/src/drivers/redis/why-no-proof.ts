import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RedisNode } from './config.ts';

const { R_OK, W_OK, X_OK } = constants;

/** Why the node could not be fenced once it does not answer; empty when it could. Changes nothing. */
export function whyNoProof({ name, configFile, service }: RedisNode): readonly string[] {
  const start = `node ${name} could not be fenced once it does not answer: `;
  if (configFile === undefined) {
    return service === undefined
      ? [
          `${start}it has neither a configFile on this machine nor a service whose stop stops it: give it one of them`,
        ]
      : [];
  }
  try {
    accessSync(configFile, R_OK);
    // It is replaced by another one beside it.
    accessSync(dirname(configFile), W_OK | X_OK);
    return [];
  } catch (error) {
    return [
      `${start}its configFile cannot be replaced (${reasonOf(error)}): name the file that its server starts with, and ` +
        'run this as a user who may write in its directory, or leave configFile out and give it a service',
    ];
  }
}
