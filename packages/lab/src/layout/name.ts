/** What a lab may be called, in words. Its directory has that name, and unix sockets lie in it. */
export const labNameForm = 'expected 1 to 20 small letters, digits and hyphens, not beginning with a hyphen.';

export function isLabName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,19}$/.test(name);
}
