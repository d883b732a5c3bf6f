import type { Locator } from './located.ts';
import type { CommandLineUnit } from './schema.ts';

const functions = `
locate() {
  matches= count=0
  # One look at all of them finds those that have the first word somewhere; these are looked at closely.
  for entry in $(grep -lsF -e "$program" /proc/[0-9]*/cmdline); do
    pid=\${entry#/proc/}; pid=\${pid%/cmdline}
    [ "$pid" != "$$" ] || continue
    [ "$( { tr '\\0' '\\n' <"$entry"; } 2>/dev/null)" = "$words" ] || continue
    matches="$matches $pid" count=$((count + 1))
  done
  [ $count -gt 0 ] || { absent 'no process has this command line'; return; }
  [ $count -le "$at_most" ] || broken "$count processes have this command line, where at most $at_most were meant:$matches"
  for pid in $matches; do is_process "$pid"; done
}
`;

export function commandLineLocator({ commandLine, atMost }: CommandLineUnit): Locator {
  return { variables: { words: commandLine, program: commandLine[0], at_most: atMost }, functions };
}
