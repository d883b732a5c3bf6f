/** Whether an address is a path below the entry. Two slashes, the second in either direction, lead to another host. */
export function isEntryPath(address: string): boolean {
  return /^\/(?![/\\])/.test(address);
}
