import type { Locator } from './located.ts';
import type { SystemdUnit } from './schema.ts';

const functions = `
locate() {
  has systemctl && [ -d /run/systemd/system ] ||
    broken "there is no systemd at work on this host: name the process of $unit by its pid file or its command line"
  loaded= active= main= group=
  while IFS='=' read -r key value; do
    case "$key" in
      LoadState) loaded=$value;; ActiveState) active=$value;;
      MainPID) main=$value;; ControlGroup) group=$value;;
    esac
  done <<END_OF_UNIT
$(systemctl show -p LoadState -p ActiveState -p MainPID -p ControlGroup -- "$unit" 2>&1)
END_OF_UNIT
  [ "$loaded" = loaded ] || broken "systemd knows no unit $unit (\${loaded:-no answer})"
  [ -n "$group" ] && [ "$group" != / ] || { absent "$unit is $active"; return; }
  [ "\${main:-0}" = 0 ] || is_process "$main"
  listed=
  for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    [ -r "$tree$group/cgroup.procs" ] || continue
    listed=yes
    while read -r pid; do is_process "$pid"; done <"$tree$group/cgroup.procs"
    break
  done
  [ -n "$listed$known" ] || absent "$unit is $active, and has no processes"
}
`;

export function systemdLocator({ systemd }: SystemdUnit): Locator {
  return { variables: { unit: systemd }, functions };
}
