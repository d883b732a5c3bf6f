import { Option, type Command } from 'commander';
import { CommandError, exitCodes } from './command-error.ts';
import { drillKinds, type DrillRequest } from './load/pick-drills.ts';
import { INSTANT_EXPECTED, parseInstant } from './gate/instant.ts';
import { hintFrom } from '@ordeal/shared/platform/closest';
import { parseDuration } from '@ordeal/shared/time/duration';

/** What may be written for a drill, as Commander hands it over. */
export interface DrillFlags {
  readonly dryRun?: boolean;
  readonly step?: boolean;
  readonly approve?: string;
  readonly approveWithin?: string;
  readonly at?: string;
}

/** How a person is asked whether a drill may go on. */
export type ApproveBy =
  | { readonly how: 'terminal' }
  | { readonly how: 'http'; readonly listen: ListenAt }
  | { readonly how: 'file'; readonly path: string };

/** Where answers by HTTP are taken. Port 0 is any that is free. */
export interface ListenAt {
  readonly host: string;
  readonly port: number;
}

/** What is asked of a person in a run. */
export interface Asking {
  readonly by: ApproveBy;
  /** Before each step, and not only before what cannot be taken back. */
  readonly eachStep: boolean;
  /** Nobody has answered by then: it is taken for a no. Milliseconds. */
  readonly withinMs: number;
}

/** Gives a command everything that may be written for a drill. */
export function withDrillFlags(command: Command): Command {
  return command
    .option('--dry-run', 'show every step, its target and its way back, and do nothing')
    .option('--step', 'ask before each step (at the terminal, or by --approve)')
    .addOption(
      new Option(
        '--approve <how>',
        'ask a person before what cannot be taken back: terminal, file:<path>, http (on loopback) or http:<host>:<port> (default: nobody, and the record says so)',
      ),
    )
    .option('--approve-within <duration>', 'no answer by then is a no', '1h')
    .option(
      '--at <time>',
      `restore: the state at this moment, ${INSTANT_EXPECTED}, by the source's clock, instead of the newest`,
    );
}

/** Which drills are asked for; undefined when it is all of the scenario. */
export function drillRequest(
  kind: string | undefined,
  flags: DrillFlags,
  nowWallMs: number,
): DrillRequest | undefined {
  if (kind === undefined) {
    if (flags.at === undefined) return undefined;
    throw new CommandError('--at goes with a restore: ordeal drill restore --at …', exitCodes.usage);
  }
  const known = drillKinds.find((one) => one === kind);
  if (known === undefined) {
    throw new CommandError(
      `There is no drill "${kind}": ${hintFrom(kind, drillKinds)}. Kinds: ${drillKinds.join(', ')}.`,
      exitCodes.usage,
    );
  }
  if (flags.at === undefined) return { kind: known };
  if (known !== 'restore') {
    throw new CommandError(`--at goes with a restore, and not with ${kind}.`, exitCodes.usage);
  }
  const instant = parseInstant(flags.at, nowWallMs);
  if (!instant.ok) {
    throw new CommandError(
      `--at: expected ${INSTANT_EXPECTED}, found "${flags.at}": ${instant.problem}.`,
      exitCodes.usage,
    );
  }
  const at = new Date(instant.wallMs).toISOString();
  if (instant.wallMs > nowWallMs) {
    throw new CommandError(
      `--at: expected a moment that is past, found ${at}: no backup holds what is still to come.`,
      exitCodes.usage,
    );
  }
  return { kind: known, at };
}

/** What a timer can wait for at most. */
const LONGEST_SECONDS = 2_147_483;

/** Whom to ask; undefined when nobody is. */
export function askingOf({ step, approve, approveWithin = '1h' }: DrillFlags): Asking | undefined {
  const within = parseDuration(approveWithin);
  if (!within.ok) throw new CommandError(`--approve-within: ${within.problem}`, exitCodes.usage);
  if (within.seconds > LONGEST_SECONDS) {
    throw new CommandError(
      `--approve-within: expected at most 24d, found "${approveWithin}".`,
      exitCodes.usage,
    );
  }
  const by = approve === undefined ? undefined : approveBy(approve);
  if (by === undefined && step !== true) return undefined;
  return { by: by ?? { how: 'terminal' }, eachStep: step === true, withinMs: within.seconds * 1000 };
}

const LOOPBACK: ListenAt = { host: '127.0.0.1', port: 0 };

function approveBy(text: string): ApproveBy {
  if (text === 'terminal') return { how: text };
  if (text === 'http') return { how: text, listen: LOOPBACK };
  const listen = listenAt(text);
  if (listen !== undefined) return { how: 'http', listen };
  const path = /^file:(.+)$/.exec(text)?.[1];
  if (path !== undefined) return { how: 'file', path };
  throw new CommandError(
    `--approve: expected terminal, file:<path>, http or http:<host>:<port>, found "${text}": for instance --approve file:approval.json, or --approve http:127.0.0.1:8099.`,
    exitCodes.usage,
  );
}

/** `http:<host>:<port>`, with an IPv6 address in brackets. */
function listenAt(text: string): ListenAt | undefined {
  const [, plain, bracketed, digits] =
    /^http:(?:([^:[\]/]+)|\[([0-9a-fA-F:.]+)\]):(\d{1,5})$/.exec(text) ?? [];
  const [host, port] = [plain ?? bracketed, Number(digits)];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}
