import { z } from 'zod';
import { placeSchema } from '../shell/place.ts';

/** The longest that a fault may last: what is meant to stay longer is no experiment. */
const LONGEST_SECONDS = 24 * 3600;

export const placed = { on: placeSchema.default({}) };

export const endsAfterSeconds = z.int().positive().max(LONGEST_SECONDS);

/** A fault whose timer is on its host: it is over by then, even if the suite and its machine are gone. */
export const timed = { endsAfterSeconds };

/** An absolute path without anything that a line of text cannot hold. */
export const path = z.string().regex(/^\/[^\n\t]*$/, { error: 'An absolute path.' });
