import type { Locator } from './located.ts';
import type { PidFileUnit } from './schema.ts';

const functions = `
locate() {
  pid=
  { read -r pid <"$file"; } 2>/dev/null
  [ -e "$file" ] || { absent "there is no $file"; return; }
  [ -r "$file" ] || broken "$file may not be read"
  case "$pid" in ''|*[!0-9]*) broken "$file holds no process id, but \\"$pid\\"";; esac
  identify "$pid" || { absent "process $pid, which stands in $file, is gone"; return; }
  # Who writes down its own id is older than the file; who is younger has only taken over the number.
  written=$(stat -c %Y -- "$file") || broken "when $file was written cannot be told"
  boot=
  while read -r word number rest; do [ "$word" != btime ] || boot=$number; done </proc/stat
  [ -n "$boot" ] || broken 'when this host was booted cannot be told'
  born=$((boot + \${identity#*@} / $(getconf CLK_TCK 2>/dev/null || printf 100)))
  [ $born -le $((written + 2)) ] || {
    absent "process $pid is younger than $file: it has only taken over the id"; return
  }
  is_process "$pid"
}
`;

export function pidFileLocator({ pidFile }: PidFileUnit): Locator {
  return { variables: { file: pidFile }, functions };
}
