import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver, StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { WriteAnswer, WriteCheck } from '../../split-brain/answer.ts';
import { fillArgv } from '../fill-argv.ts';
import { mustRun, runProgram } from '../postgres/program.ts';
import type { CommandStoreConfig } from './config.ts';
import { readStatus } from './status.ts';

const shownWithinMs = 10_000;
const pauseMs = 100;

/** A store that is moved by commands of its own. See `parseCommandStore`. */
export function createCommandStore(config: CommandStoreConfig): StoreDriver & WriteCheck {
  const names = config.nodes.map((one) => one.name);
  const mustKnow = (node: string): void => {
    if (!names.includes(node)) {
      throw new Error(`expected one of the store's nodes (${names.join(', ')}), found "${node}"`);
    }
  };
  const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', ...config.env };
  const status = async (context: DriverContext): Promise<StoreStatus> => {
    const options = { timeoutMs: config.statusTimeoutSeconds * 1000, env: environment };
    return readStatus((await mustRun(config.status, context, options)).stdout, names);
  };
  const nodeNow = async (name: string, context: DriverContext): Promise<StoreNode | undefined> =>
    (await status(context)).nodes.find((one) => one.name === name);
  const run = async (
    argv: readonly string[],
    values: Readonly<Record<string, string>>,
    context: DriverContext,
  ): Promise<void> => {
    const options = { timeoutMs: config.timeoutSeconds * 1000, env: environment };
    await mustRun(fillArgv(argv, values), context, options);
  };
  /** A command that says it is done must be seen to be. */
  const mustShow = async (
    name: string,
    what: string,
    holds: (node: StoreNode) => boolean,
    context: DriverContext,
  ): Promise<void> => {
    const deadline = context.clock.now() + shownWithinMs;
    for (;;) {
      const node = await nodeNow(name, context);
      if (node !== undefined && holds(node)) return;
      if (context.clock.now() > deadline) {
        throw new Error(
          `the command says that it is done, but node ${name} is not ${what}: the status command shows ` +
            `${JSON.stringify(node)}`,
        );
      }
      await context.clock.sleep(pauseMs, context.signal);
    }
  };
  return {
    kind: 'command',
    status,
    promote: async (node, context) => {
      mustKnow(node);
      const { nodes } = await status(context);
      const rival = nodes.find((one) => one.name !== node && one.reachable && one.role === 'primary');
      if (rival !== undefined) {
        throw new Error(
          `node ${rival.name} accepts writes, so promoting ${node} would make two writers: fence ${rival.name} first`,
        );
      }
      if (isPrimary(nodes.find((one) => one.name === node))) return;
      await run(config.promote, { node }, context);
      await mustShow(node, 'the primary', isPrimary, context);
    },
    fence: async (node, context) => {
      mustKnow(node);
      await run(config.fence, { node }, context);
      await mustShow(node, 'fenced', (one) => !isPrimary(one), context);
    },
    demote: async (node, heir, context) => {
      mustKnow(node);
      mustKnow(heir);
      const { nodes } = await status(context);
      const [before, next] = [node, heir].map((name) => nodes.find((one) => one.name === name));
      if (isPrimary(before) && !(next !== undefined && follows(next))) {
        throw new Error(`node ${heir} does not follow ${node}: rejoin it. ${node} was left as it is`);
      }
      await run(config.demote, { node, heir }, context);
      await mustShow(node, 'demoted', (one) => !isPrimary(one), context);
      // By its own account, where it still gives one; otherwise by the last one that it gave.
      const goal = positionOf(await nodeNow(node, context)) ?? positionOf(before);
      if (goal === undefined) {
        throw new Error(
          `where node ${node} ended is not known, since the status command showed it neither before nor after it was ` +
            `demoted: so nobody can tell whether ${heir} has everything`,
        );
      }
      await mustShow(
        heir,
        `at ${goal}, where ${node} ended`,
        (one) => (positionOf(one) ?? -1) >= goal,
        context,
      );
    },
    rejoin: async (node, primary, context) => {
      mustKnow(node);
      mustKnow(primary);
      const { nodes } = await status(context);
      if (!isPrimary(nodes.find((one) => one.name === primary))) {
        throw new Error(`expected node ${primary} to be the primary, found that it is not: promote it first`);
      }
      if (isPrimary(nodes.find((one) => one.name === node))) {
        throw new Error(`node ${node} accepts writes as well as ${primary}: fence it before it can rejoin`);
      }
      await run(config.rejoin, { node, primary }, context);
      await mustShow(node, 'a standby that follows', follows, context);
    },
    openQuestions: () => ({
      ask: async (node, context) => await askByCommand(config, environment, node, context),
      close: () => undefined,
    }),
  };
}

function isPrimary(node: StoreNode | undefined): boolean {
  return node?.reachable === true && node.role === 'primary';
}

function positionOf(node: StoreNode | undefined): number | undefined {
  return node?.reachable === true ? node.position : undefined;
}

function follows(node: StoreNode): boolean {
  return node.reachable && node.role === 'standby' && node.lagSeconds !== undefined;
}

async function askByCommand(
  config: CommandStoreConfig,
  env: Readonly<Record<string, string>>,
  node: string,
  context: DriverContext,
): Promise<WriteAnswer> {
  const asked = context.clock.now();
  const base = (detail: string): Pick<WriteAnswer, 'node' | 'asked' | 'answered' | 'detail'> => ({
    node,
    asked,
    answered: context.clock.now(),
    detail,
  });
  if (config.takesWrites === undefined) {
    return { ...base('the store has no command takesWrites'), takes: 'unknown' };
  }
  try {
    const { code, stdout, stderr } = await runProgram(fillArgv(config.takesWrites, { node }), context, {
      timeoutMs: config.statusTimeoutSeconds * 1000,
      env,
    });
    const [told, said] = [stdout, stderr].map((text) => text.trim().slice(0, 200));
    if (code === 1) return { ...base(told || said || 'refused'), takes: 'no' };
    if (code !== 0)
      return { ...base(`it ended with ${code ?? 'a signal'}: ${said || told}`), takes: 'unknown' };
    return told
      ? { ...base('it took a write'), takes: 'yes', incarnation: told }
      : { ...base('it took a write, but did not print as which primary'), takes: 'unknown' };
  } catch (error) {
    return { ...base(reasonOf(error)), takes: 'unknown' };
  }
}
