/**
 * What Node is told when it is to keep a ledger. Thousands of writes a second leave little behind, but each leaves it in
 * the space for young objects: the usual one of a megabyte is swept many times a second, by threads that have to be woken
 * for it, and while writes are under way, so that what they hold is kept for good.
 */
export const ledgerFlags: readonly string[] = ['--min-semi-space-size=16'];
