import { env } from 'node:process';

/** So many made-up experiments; `npm run prove -- effects` tries more. */
export const WORLDS = Number(env['ORDEAL_PROVE_EFFECTS'] ?? 1_500);

/** Once in 10,000 is allowed; by that, more than this comes once in a million times. */
export const MOST_CREDULOUS = 3 + WORLDS / 2_500;

/** Prints how many experiments without an effect were taken for ones with it, in a proof. */
export function tellCredulous(what: string, credulous: number): void {
  if (env['ORDEAL_PROVE_EFFECTS'] !== undefined)
    console.log(`${what}: ${credulous} of ${WORLDS} experiments without an effect taken for effective`);
}
