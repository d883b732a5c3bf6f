import type { PostgresNode } from './config.ts';

/** The node's `primary_conninfo`: its upstream, under its own name so that the primary can tell who streams. */
export function standbyConninfo(node: Pick<PostgresNode, 'name' | 'upstreamUrl'>): string {
  return named(node.upstreamUrl, node.name);
}

/** The connection string of one that goes by this name. */
export function named(connection: string, name: string): string {
  const url = new URL(connection);
  url.searchParams.set('application_name', name);
  return url.toString();
}

/** A connection string without its password, and the password: command lines can be seen by everybody. */
export function withoutPassword(connection: string): { readonly url: string; readonly password: string } {
  const url = new URL(connection);
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { url: url.toString(), password };
}
