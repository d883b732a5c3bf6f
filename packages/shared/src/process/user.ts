import { userInfo } from 'node:os';
import { geteuid } from 'node:process';

/*
 * Containers run under numbers that no list of users knows (Kubernetes: `runAsUser`), of which the system tells nothing
 * but the number.
 */

/** The number of this process's user; -1 where users have none. */
export function userId(): number {
  return geteuid?.() ?? -1;
}

/** By what name this user's files and answers go. */
export function userName(look: () => { readonly username: string } = userInfo): string {
  try {
    return look().username;
  } catch {
    return `uid-${userId()}`;
  }
}
