import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Store } from '../../store/store.ts';

/** SESSION_TTL_DAYS */
export const TTL_DAYS = 30;
const COOKIE = 'session_id';

export const sessionSchema = `
CREATE TABLE sessions (
  tenant_id text NOT NULL REFERENCES tenants (id),
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_name text NOT NULL,
  run text NOT NULL,
  expires_at timestamptz NOT NULL DEFAULT now() + interval '${TTL_DAYS} days'
);
CREATE INDEX sessions_run ON sessions (tenant_id, run);
GRANT SELECT, INSERT, DELETE ON sessions TO platform;
`;

export interface NewSession {
  readonly tenant: string;
  readonly user: string;
  readonly run: string;
}

/** Who is logged in. */
export interface Sessions {
  /** Gives the new session's id. */
  begin(session: NewSession): Promise<string>;
  /** Name of the session's user; undefined when there is no such session. */
  userOf(id: string): Promise<string | undefined>;
  end(id: string): Promise<void>;
}

/** Sessions in the database: every worker knows them. */
export function storedSessions(store: Store): Sessions {
  return {
    async begin({ tenant, user, run }) {
      const { rows } = await store.write<{ id: string }>({
        name: 'sessions-insert',
        text: 'INSERT INTO sessions (tenant_id, user_name, run) VALUES ($1, $2, $3) RETURNING id',
        values: [tenant, user, run],
      });
      return rows[0]!.id;
    },
    async userOf(id) {
      const [session] = await store.read<{ user: string }>({
        name: 'sessions-find',
        text: 'SELECT user_name AS user FROM sessions WHERE id = $1 AND expires_at > now()',
        values: [id],
      });
      return session?.user;
    },
    async end(id) {
      await store.write({
        name: 'sessions-delete',
        text: 'DELETE FROM sessions WHERE id = $1',
        values: [id],
      });
    },
  };
}

/** Sabotage: each worker knows only the sessions that began with it, as without central session storage. */
export function sessionsInProcess(): Sessions {
  const users = new Map<string, string>();
  return {
    async begin({ user }) {
      const id = randomUUID();
      users.set(id, user);
      return id;
    },
    userOf: async (id) => users.get(id),
    end: async (id) => void users.delete(id),
  };
}

/** Plain HTTP on loopback: a cookie that is `Secure` would never come back. */
export function cookieOf(id: string): string {
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${TTL_DAYS * 86_400}`;
}

/** The session that a request's cookie names; undefined when it names none. */
export function sessionIn({ cookie }: IncomingHttpHeaders): string | undefined {
  const id = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(cookie ?? '')?.[1];
  return id !== undefined && /^[0-9a-f-]{36}$/.test(id) ? id : undefined;
}
