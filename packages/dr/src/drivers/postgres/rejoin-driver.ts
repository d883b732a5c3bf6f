/** `driver` of the undo entries of what a rejoin makes before its node streams. */
export const REJOIN_DRIVER = 'postgres-rejoin';
