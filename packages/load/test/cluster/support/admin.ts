import { request } from 'node:https';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';

/** The server's refusal. */
export class AdminError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Talks to the API server as its administrator does; what the code under test uses is not used here. */
export type Admin = <T = unknown>(
  method: string,
  path: string,
  body?: object,
  contentType?: string,
) => Promise<T>;

export function adminOf(plane: ControlPlane): Admin {
  return (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const asking = request(
        plane.server + path,
        {
          method,
          ca: plane.certificate,
          headers: {
            authorization: `Bearer ${plane.token}`,
            ...(text === undefined
              ? {}
              : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            if ((response.statusCode ?? 500) >= 300) {
              reject(
                new AdminError(
                  `${method} ${path}: ${response.statusCode} ${answer.slice(0, 500)}`,
                  response.statusCode ?? 500,
                ),
              );
            } else resolve(JSON.parse(answer) as never);
          });
        },
      );
      asking.once('error', reject);
      asking.end(text);
    });
}

export const MERGE = 'application/merge-patch+json';
