export function importModule(url: string): Promise<Record<string, unknown>>;
