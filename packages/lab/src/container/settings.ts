import type { ApiConfig } from '../api/config.ts';
import { contractOf } from '../api/contracts/contracts.ts';
import { defectOf, FIRST_VERSION, requireVersion } from '../deploy/versions.ts';
import { parseSabotages } from '../sabotage.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where both database nodes are. The password is in `PGPASSWORD`, which the client reads by itself. */
export type Databases = ApiConfig['databases'];

/** What a replica in a container is given, in its environment. All that is wrong with it is told at once. */
export function replicaSettings(environment: Environment): ApiConfig & { readonly host: string } {
  const read = reader(environment);
  const version = read.text('VERSION', FIRST_VERSION);
  const region = read.text('REGION');
  const port = read.text('PORT', '8000');
  const wrong = read
    .text('SABOTAGE', '')
    .split(',')
    .filter((name) => name !== '');
  const settings = {
    platform: read.text('PLATFORM'),
    replica: read.text('REPLICA'),
    version,
    databases: databasesOf(read),
    redis: read.text('REDIS_URL'),
    host: read.text('HOST', '0.0.0.0'),
  };
  read.must(['a', 'b', ''].includes(region), `REGION is a or b, and not "${region}"`);
  read.must(
    /^\d{1,5}$/.test(port) && Number(port) < 65_536,
    `PORT is a port (0 to 65535), and not "${port}"`,
  );
  read.holds(() => requireVersion(version));
  const sabotage = read.holds(() => parseSabotages(wrong, contractOf(settings.platform)));
  read.end();
  const defect = defectOf(version, undefined);
  return {
    ...settings,
    ...(defect === undefined ? {} : { defect }),
    region: region === 'a' ? 'a' : 'b',
    port: Number(port),
    sabotage: sabotage ?? [],
  };
}

/** What the job that makes the tables is given. */
export function databaseSettings(environment: Environment): {
  readonly platform: string;
  readonly databases: Databases;
} {
  const read = reader(environment);
  const settings = { platform: read.text('PLATFORM'), databases: databasesOf(read) };
  read.holds(() => contractOf(settings.platform));
  read.end();
  return settings;
}

interface Reader {
  /** Without `usual` it has to be there. */
  text(name: string, usual?: string): string;
  must(holds: boolean, problem: string): void;
  /** What it returns; where it throws, that is the problem. */
  holds<Value>(act: () => Value): Value | undefined;
  /** Throws when anything was wrong. */
  end(): void;
}

function databasesOf(read: Reader): Databases {
  return { a: read.text('DATABASE_A'), b: read.text('DATABASE_B') };
}

function reader(environment: Environment): Reader {
  const problems: string[] = [];
  return {
    text: (name, usual) => {
      const value = environment[name] ?? usual;
      if (value === undefined || (value === '' && usual === undefined)) {
        problems.push(`${name} is not set`);
        return '';
      }
      return value;
    },
    must: (holds, problem) => {
      if (!holds) problems.push(problem);
    },
    holds: (act) => {
      try {
        return act();
      } catch (error) {
        problems.push((error as Error).message);
        return undefined;
      }
    },
    end: () => {
      if (problems.length > 0) throw new Error(problems.join('\n'));
    },
  };
}
