/** A command with its `{{placeholders}}` filled in. One that is not known stays as it is. */
export function fillArgv(
  argv: readonly string[],
  values: Readonly<Record<string, string>>,
): readonly string[] {
  return argv.map((word) =>
    word.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole),
  );
}
