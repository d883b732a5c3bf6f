/** The check of a backup that was only found, and of which nobody could say where it lies whether it is whole. */
export const UNSEEN_BACKUP = 'whole';
