/** `driver` of the undo entries that delete what the observers of a drill have written. */
export const WRITTEN_DRIVER = 'drill-writes';
