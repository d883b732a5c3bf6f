import type { Store } from '../../store/store.ts';

/** Which sessions have a socket, known to every worker. */
export const openSocketSchema = `
CREATE TABLE open_sockets (session_id uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE);
GRANT SELECT, INSERT, DELETE ON open_sockets TO platform;
`;

/**
 * Sabotage: a session may have one socket. A worker says that one is closed, and one that was killed never does: the
 * session then has none, and can have no other.
 */
export function oneSocketEach(store: Store) {
  return {
    async enter(session: string): Promise<boolean> {
      const { rowCount } = await store.write({
        name: 'open-sockets-insert',
        text: 'INSERT INTO open_sockets (session_id) VALUES ($1) ON CONFLICT DO NOTHING',
        values: [session],
      });
      return rowCount === 1;
    },
    async leave(session: string): Promise<void> {
      const statement = {
        name: 'open-sockets-delete',
        text: 'DELETE FROM open_sockets WHERE session_id = $1',
        values: [session],
      };
      await store.write(statement).catch(() => undefined);
    },
  };
}
