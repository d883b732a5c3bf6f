/** `driver` of the undo entries of copies that are being made. */
export const COPY_DRIVER = 'backup-copy';
