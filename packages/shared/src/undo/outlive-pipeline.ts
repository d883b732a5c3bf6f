type Environment = Readonly<Record<string, string | undefined>>;

/**
 * By these the agents of GitHub Actions and of Azure Pipelines find the processes that a job has left, and end them
 * with SIGKILL.
 */
const FOUND_BY = ['RUNNER_TRACKING_ID', 'VSTS_PROCESS_LOOKUP_ID'];
/** Jenkins ends whatever has the job's own values of these, and says itself which value is spared. */
const SPARED_BY = { JENKINS_NODE_COOKIE: 'dontKillMe', BUILD_ID: 'dontKillMe' };

/** The environment of a process that has to go on when the pipeline that started it is cancelled. */
export function outlivingPipeline(env: Environment): Environment {
  const kept = Object.entries(env).filter(([name]) => !FOUND_BY.includes(name));
  return { ...Object.fromEntries(kept), ...SPARED_BY };
}

/**
 * The command behind which a program has no parent among ours: a shell starts it and ends at once, so that who ends
 * our process with all its children, as far as they can be followed, does not come to it. It reads from descriptor
 * `input` of the shell: Node closes the standard input of a child that has ended.
 */
export function withoutParent(argv: readonly string[], input: number): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', `"$@" <&${input} ${input}<&- &`, 'sh', ...argv];
}
