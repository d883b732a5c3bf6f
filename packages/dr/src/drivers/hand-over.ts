/**
 * Ability of a store whose `demote` makes another node the primary in the same breath, by a protocol of its own in which
 * the old one holds writes back until then: there is no moment in which both take them. Questions that are asked from
 * outside cannot tell two moments apart that lie so close together.
 */
export interface HandOver {
  /** By what, as the store's documentation calls it. */
  readonly handsOverBy: string;
}
