import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isLabName, labNameForm } from '@ordeal/lab/layout/name';
import { exitCodes } from './command-error.ts';
import type { CheckOptions } from './commands/check.ts';
import type { InitOptions } from './commands/init.ts';
import type { JudgeOptions } from './commands/judge.ts';
import type { LoadOptions } from './commands/load.ts';
import type { RecoverOptions } from './commands/recover.ts';
import type { StopOptions } from './commands/stop.ts';
import type { DrillOptions } from './commands/drill.ts';
import { withDrillFlags, type Asking } from './drill-flags.ts';
import type { Edge } from './edge.ts';
import { drillKinds, type DrillRequest } from './load/pick-drills.ts';
import type { ShapeRequest } from './load/shaped-scenario.ts';
import { withShapeFlags } from './shape-flags.ts';
import { ownVersions } from './suite-version.ts';

/** Options that every command that runs something has. */
export interface RunOptions {
  readonly platform: string;
  readonly scenario: string;
  readonly only?: string;
  readonly pace: 'full' | 'short';
  readonly seed?: number;
  readonly json?: boolean;
  readonly lab?: boolean;
  readonly labName: string;
  readonly sabotage?: readonly string[];
  /** Where the platform and the load are: `here` or `kubernetes`. Default: as the platform's file says. */
  readonly on?: string;
  /** Instead of a scenario's phases. */
  readonly shape?: ShapeRequest;
  /** Only these drills of the scenario. */
  readonly drills?: DrillRequest;
  /** Whom to ask on the way. */
  readonly asking?: Asking;
}

/** Reads the command line, runs the command, and returns the exit code. */
export async function runProgram(edge: Edge): Promise<number> {
  let code: number = exitCodes.pass;
  const done =
    (action: (options: never, command: Command) => Promise<number>) =>
    async (...args: unknown[]): Promise<void> => {
      code = await action(args.at(-2) as never, args.at(-1) as Command);
    };
  const program = new Command('ordeal')
    .description('Verifies that a platform survives what production does to it.')
    .configureOutput({
      writeOut: (text) => void edge.stdout.write(text),
      writeErr: (text) => void edge.stderr.write(text),
    })
    .showHelpAfterError('(ordeal --help, or ordeal <command> --help, shows what there is)')
    .exitOverride();

  const kinds = {
    smoke: 'Health endpoints and every critical journey once: the gate after a deploy',
    load: 'A shape of load on k6: baseline, peak, stress, spike, soak or stages; without one, the load phases of a scenario',
    chaos: 'The experiments of a scenario, under its load',
    drill: 'The recovery drills of a scenario, under its load',
    gameday: 'A whole scenario over one timeline',
  } as const;
  const runCommandOf = (kind: keyof typeof kinds): Command =>
    runOptions(program.command(kind).description(kinds[kind]));
  const runs = (kind: keyof typeof kinds): void => {
    runCommandOf(kind).action(
      done(async (options: RunOptions) => {
        const { runCommand } = await import('./commands/run.ts');
        return runCommand(kind, options, edge);
      }),
    );
  };
  /** What adds each command, in the order in which they are listed. */
  const commands: Readonly<Record<string, () => void>> = {
    smoke: () => runs('smoke'),
    load: () => {
      withShapeFlags(runCommandOf('load').argument('[shape]', 'a shape of load')).action(
        done(async (options: LoadOptions, command) => {
          const { loadCommand } = await import('./commands/load.ts');
          return loadCommand(command.args[0], options, edge);
        }),
      );
    },
    chaos: () => runs('chaos'),
    drill: () => {
      const drill = runCommandOf('drill').argument(
        '[kind]',
        `only drills of this kind: ${drillKinds.join(', ')}`,
      );
      withDrillFlags(drill).action(
        done(async (options: DrillOptions, command) => {
          const { drillCommand } = await import('./commands/drill.ts');
          const [named] = command.args;
          // Kinds that a game day does not have are in the scenario for recovery.
          const isChosen = named === undefined || command.getOptionValueSource('scenario') !== 'default';
          return drillCommand(named, isChosen ? options : { ...options, scenario: 'recovery' }, edge);
        }),
      );
    },
    gameday: () => runs('gameday'),
    plan: () => {
      withShapeFlags(
        runOptions(
          program.command('plan').description('Shows what a run would do to what, and does nothing'),
        ),
      )
        .option('--shape <shape>', 'plan `ordeal load <shape>`')
        .addOption(
          new Option('--kind <kind>', 'plan only what this command would run')
            .choices(Object.keys(kinds))
            .default('gameday'),
        )
        .action(
          done(async (options: Omit<LoadOptions, 'shape'> & { kind: keyof typeof kinds; shape?: string }) => {
            const { planCommand } = await import('./commands/plan.ts');
            const { shapeRequest } = await import('./commands/load.ts');
            const { shape: named, ...others } = options;
            const shape = shapeRequest(named, others);
            return shape === undefined
              ? planCommand(options.kind, others, edge)
              : planCommand('load', { ...others, shape }, edge);
          }),
        );
    },
    lab: () => {
      const lab = program.command('lab').description('The embedded reference platform on this machine');
      for (const verb of ['up', 'status', 'down'] as const) {
        const command = lab
          .command(verb)
          .description(
            {
              up: 'Brings the lab up',
              status: 'Shows its units',
              down: 'Takes it down, also what a crash has left',
            }[verb],
          )
          .addOption(labName('labs of different names run side by side'))
          .option('--platform <name>', 'the platform whose contract it serves', 'agentic-platform')
          .option('--json', 'print JSON');
        if (verb === 'up') command.option('--sabotage <name...>', 'make the lab misbehave in a known way');
        command.action(
          done(async (options: never) => {
            const { labCommand } = await import('./commands/lab.ts');
            return labCommand(verb, options, edge);
          }),
        );
      }
    },
    init: () => {
      program
        .command('init')
        .description(
          'Writes a first profile, journeys and a scenario into ./platforms/<name>; asks for what is not said, at a terminal',
        )
        .argument('[name]', 'of the platform: lower-case letters, digits and hyphens')
        .option('--entry <url>', 'the address that clients use')
        .option('--health <path...>', 'health checks (default: those of the OpenAPI document, or /health)')
        .option('--openapi <file>', 'an OpenAPI 3 document, JSON or YAML: journeys are proposed from it')
        .option('--prometheus <url>', 'a Prometheus: signals are proposed by which metrics are there')
        .option(
          '--prometheus-job <name>',
          'the job of the platform there (default: the one that has the signals)',
        )
        .option('--prometheus-bearer-env <variable>', 'the environment variable that holds its bearer token')
        .option('--prometheus-bearer-file <file>', 'the file that holds its bearer token')
        .option('--prometheus-user <name>', 'who asks it, with --prometheus-password-env')
        .option('--prometheus-password-env <variable>', 'the environment variable that holds the password')
        .option('--prometheus-tenant <id>', 'sent to it as X-Scope-OrgID')
        .option('--prometheus-ca-file <file>', 'its own certificate authority, PEM')
        .option('--platform <name>', 'the same as the name')
        .option('--json', 'accepted for symmetry; what it writes are files')
        .action(
          done(async (options: InitOptions & { platform?: string }, command) => {
            const { initCommand } = await import('./commands/init.ts');
            return initCommand(command.args[0] ?? options.platform, options, edge);
          }),
        );
    },
    doctor: () => {
      program
        .command('doctor')
        .description(
          'Shows every program that is needed: its version, where it was found, what it is needed for',
        )
        .option('--platform <name>', 'accepted for symmetry; what only some labs need is shown as well')
        .option('--json', 'print JSON')
        .action(
          done(async (options: { json?: boolean }) => {
            const { doctorCommand } = await import('./commands/doctor.ts');
            return doctorCommand(options, edge);
          }),
        );
    },
    judge: () => {
      narrowingOptions(
        program
          .command('judge')
          .description(
            "Recomputes a run's verdict from its folder alone; with --from, judges a past interval of a live Prometheus",
          )
          .argument('[run]', "a run's id, its folder, or the path of its record.json (default: the newest)")
          .option(
            '--platform <name>',
            'the newest run of this platform; with --from, whose Prometheus is read',
          )
          .option('--from <time>', 'start of the interval: an ISO time, Unix seconds, or a time ago (-15m)')
          .option('--to <time>', 'its end (default: now)'),
      ).action(
        done(async (options: JudgeOptions, command) => {
          const { judgeCommand } = await import('./commands/judge.ts');
          return judgeCommand(command.args[0], options, edge);
        }),
      );
    },
    check: () => {
      narrowingOptions(
        program
          .command('check')
          .description('Watches objectives in Prometheus for a while, and gates: the time after a deploy')
          .option('--platform <name>', 'a folder in ./platforms, or the path of one')
          .requiredOption(
            '--for <duration>',
            'how long, for instance 30m; ends early once failure is certain',
          )
          .option('--every <duration>', 'how often it is looked at', '15s'),
      ).action(
        done(async (options: CheckOptions) => {
          const { checkCommand } = await import('./commands/check.ts');
          return checkCommand(options, edge);
        }),
      );
    },
    report: () => {
      program
        .command('report')
        .description("Renders a run's reports again")
        .argument('[run]', "a run's id, its folder, or the path of its record.json (default: the newest)")
        .option('--platform <name>', 'the newest run of this platform')
        .option('--json', 'print JSON')
        .action(
          done(async (options: { json?: boolean; platform?: string }, command) => {
            const { reportCommand } = await import('./commands/report.ts');
            return reportCommand(command.args[0], options, edge);
          }),
        );
    },
    recover: () => {
      program
        .command('recover')
        .description('Heals whatever earlier runs have left, and says what a person has to do')
        .option('--platform <name>', 'only runs of this platform')
        .option(
          '--look',
          'with --platform: also heal what is in at its targets and carries our labels on its clusters, for when the folder of the runs is gone',
        )
        .addOption(
          new Option('--on <place>', 'with --look: where the platform is').choices(['here', 'kubernetes']),
        )
        .option(
          '--run <id>',
          'this run, of another machine or container, is dead: heal what it has left; with --look also what carries its label',
        )
        .addOption(labName('which lab, for a platform that runs on it'))
        .option('--json', 'print JSON')
        .action(
          done(async (options: RecoverOptions) => {
            const { recoverCommand } = await import('./commands/recover.ts');
            return recoverCommand(options, edge);
          }),
        );
    },
    stop: () => {
      program
        .command('stop')
        .description('Emergency stop: every run heals at once and ends, and none begins until it is cleared')
        .option('--clear', 'let runs begin again')
        .option('--status', 'show whether one stands, and what is under way; changes nothing')
        .option('--why <text>', 'the reason, for whoever is stopped', 'no reason was given')
        .option('--platform <name>', 'also on the cluster that this platform names: reaches other machines')
        .addOption(new Option('--on <place>', 'with --platform: where it is').choices(['here', 'kubernetes']))
        .addOption(labName('which lab, for a platform that runs on it'))
        .option('--json', 'print JSON')
        .action(
          done(async (options: StopOptions) => {
            const { stopCommand } = await import('./commands/stop.ts');
            return stopCommand(options, edge);
          }),
        );
    },
  };
  // The others are not even looked at: to describe all of them takes longer than some checks take to be answered.
  const [name = ''] = edge.argv;
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (named === undefined) {
    const { ordeal, node } = ownVersions(edge);
    program.version(`ordeal ${ordeal}, Node ${node}`, '-V, --version', 'show what this is, and what runs it');
  }
  for (const add of named === undefined ? Object.values(commands) : [named]) add();

  try {
    await program.parseAsync([...edge.argv], { from: 'user' });
  } catch (error) {
    // Commander has already said what was wrong; asking for help is no mistake.
    if (!(error instanceof CommanderError)) throw error;
    // Of `ordeal help` it takes the code that the process has so far, which is that of a command that stops short.
    const isAskedFor = error.code === 'commander.help' && edge.argv.includes('help');
    return error.exitCode === 0 || isAskedFor ? exitCodes.pass : exitCodes.usage;
  }
  return code;
}

function runOptions(command: Command): Command {
  return command
    .option('--platform <name>', 'a folder in ./platforms, or the path of one', 'agentic-platform')
    .option('--scenario <name>', "a scenario of the platform's", 'gameday')
    .option('--only <phase>', 'only this phase of the scenario, under its load')
    .addOption(
      new Option('--pace <pace>', 'how long the phases take').choices(['full', 'short']).default('full'),
    )
    .option(
      '--on <place>',
      'here, or kubernetes: load comes from k6-operator, and a platform that has a kubernetes.ts is taken as that says',
    )
    .option('--seed <number>', 'for everything that is chosen by chance', wholeNumber)
    .option('--lab', 'bring the lab up before, and take it down after')
    .addOption(labName('which lab'))
    .option('--sabotage <name...>', 'with --lab: make the lab misbehave in a known way')
    .option('--json', 'print the record as JSON on standard output; progress goes to standard error');
}

/** What of a platform's Prometheus is judged. */
function narrowingOptions(command: Command): Command {
  return command
    .option('--objective <name...>', 'only these (default: all that Prometheus can tell)')
    .option('--scope <matchers>', `only series with these labels, for instance 'version="v2"'`)
    .option(
      '--started-after <time>',
      'only instances whose process started then or later: when the deploy began',
    )
    .addOption(labName('which lab, for a platform that runs on it'))
    .option('--json', 'print the record as JSON on standard output; progress goes to standard error');
}

function labName(description: string): Option {
  return new Option('--lab-name <name>', description).default('main').argParser((name) => {
    if (!isLabName(name)) throw new InvalidArgumentError(labNameForm);
    return name;
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number from 0 on, for instance 42');
  return value;
}
