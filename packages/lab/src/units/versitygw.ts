import { objectFolders } from '../layout/backups.ts';
import { address, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';

/** The S3 server that a platform's backups are in, where it has one. Outside of both regions, as a backup has to be. */
export function versitygwUnits(blueprint: Blueprint): readonly Unit[] {
  const { dir, contract, tools, ports, bucketKeys } = blueprint;
  if (contract.bucket === undefined) return [];
  if (tools.versitygw === undefined) throw new Error(`the lab of ${contract.platform} needs versitygw`);
  const { objects, attributes } = objectFolders(dir);
  const listen = address(ports.versitygw);
  const health = '/health';
  const check = { kind: 'http', url: `http://${listen}${health}`, timeoutMs: 500 } as const;
  return [
    {
      name: 'edge/versitygw',
      argv: [
        tools.versitygw,
        '--port',
        listen,
        '--health',
        health,
        '--quiet',
        'posix',
        // Not every file system has attributes of its own for it.
        '--sidecar',
        attributes,
        objects,
      ],
      // Everybody may see a program's arguments.
      env: {
        ...unitEnvironment,
        ROOT_ACCESS_KEY_ID: bucketKeys.accessKeyId,
        ROOT_SECRET_ACCESS_KEY: bucketKeys.secretAccessKey,
      },
      cwd: '/',
      log: inLab.log(dir, 'edge', 'versitygw'),
      started: check,
      ready: check,
      stop: { signal: 'SIGTERM', withinMs: 3_000 },
    },
  ];
}
