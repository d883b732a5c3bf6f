import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver, StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { WriteAnswer, WriteCheck } from '../../split-brain/answer.ts';
import type { FenceProof } from '../fence-proof.ts';
import { fillArgv } from '../fill-argv.ts';
import { mustRun, runProgram } from '../postgres/program.ts';
import type { CommandStoreConfig } from './config.ts';
import { readStatus } from './status.ts';

const shownWithinMs = 10_000;
const pauseMs = 100;

/** A store that is moved by commands of its own. See `parseCommandStore`. */
export function createCommandStore(config: CommandStoreConfig): StoreDriver & WriteCheck & FenceProof {
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
  /** By a node's status alone, where the store has no command that asks it. */
  const writesSeen = async (
    name: string,
    context: DriverContext,
  ): Promise<Pick<WriteAnswer, 'takes' | 'detail'>> => {
    if (config.takesWrites !== undefined) return await askByCommand(config, environment, name, context);
    const node = await nodeNow(name, context);
    if (node?.reachable !== true) return { takes: 'unknown', detail: node?.reason ?? 'the status is silent' };
    return { takes: node.role === 'primary' ? 'yes' : 'no', detail: `the status shows it as ${node.role}` };
  };
  /** That the status shows no primary says nothing of a node that nobody can ask. */
  const mustRefuse = async (name: string, what: string, context: DriverContext): Promise<void> => {
    const deadline = context.clock.now() + shownWithinMs;
    for (;;) {
      const answer = await writesSeen(name, context);
      context.signal.throwIfAborted();
      if (answer.takes === 'no') return;
      if (answer.takes === 'unknown' && config.whereSilent === 'believe') {
        context.say(`node ${name} is taken for ${what} by the word of its command alone (${answer.detail})`);
        return;
      }
      if (context.clock.now() > deadline) {
        throw new Error(
          answer.takes === 'yes'
            ? `the command says that it is done, but node ${name} still takes writes (${answer.detail}): put out its ` +
                'server by hand, and mend the command'
            : `the command says that it is done, but whether node ${name} still takes writes cannot be told ` +
                `(${answer.detail}): put out its server by hand; give the store a command takesWrites that ends with 1 ` +
                "for such a node, or, where the command itself cuts off power or network for good, whereSilent: 'believe'",
        );
      }
      await context.clock.sleep(pauseMs, context.signal);
    }
  };
  /**
   * Where a demoted node ended, by its own account afterwards. What it said before leaves out whatever it took until it
   * was stopped.
   */
  const endOf = async (
    name: string,
    before: StoreNode | undefined,
    context: DriverContext,
  ): Promise<number> => {
    const after = await nodeNow(name, context);
    const end = positionOf(after) ?? (config.whereSilent === 'believe' ? positionOf(before) : undefined);
    if (end !== undefined) return end;
    throw new Error(
      `where node ${name} ended is not known, since the status command does not show it after it was demoted ` +
        `(${after?.reachable === false ? after.reason : 'it is silent'}): so nobody can tell whether its heir has ` +
        'everything; let the status tell the position of a node that was stopped, or, where the command demote itself ' +
        "makes sure of it, say whereSilent: 'believe'",
    );
  };
  return {
    kind: 'command',
    status,
    promote: async (node, context) => {
      mustKnow(node);
      const { nodes } = await status(context);
      const others = nodes.filter((one) => one.name !== node);
      // One that the status cannot see may take writes all the same.
      const asked = await Promise.all(
        others.map(async (one) => isPrimary(one) || (await writesSeen(one.name, context)).takes === 'yes'),
      );
      const rival = others.find((_, index) => asked[index]);
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
      await mustRefuse(node, 'fenced', context);
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
      await mustRefuse(node, 'demoted', context);
      const goal = await endOf(node, before, context);
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
    whyNoProof: async (node, context) => {
      mustKnow(node);
      if (config.whereSilent === 'believe') return [];
      const start = `a fence of node ${node} could not be proven once its status is silent: `;
      if (config.takesWrites === undefined) {
        return [
          `${start}the store has no command takesWrites: give it one that ends with 1 for a node that takes no writes, ` +
            "or, where fence cuts a node off for good by itself, say whereSilent: 'believe'",
        ];
      }
      const answer = await askByCommand(config, environment, node, context);
      context.signal.throwIfAborted();
      if (answer.takes !== 'unknown') return [];
      return [`${start}takesWrites cannot even tell of it now (${answer.detail}): mend that command`];
    },
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
