/**
 * A load did not begin: a journey has a mistake, or the generator did not come up. That says nothing of the platform,
 * and is no defect of the suite's.
 */
export class LoadNotBegun extends Error {}
