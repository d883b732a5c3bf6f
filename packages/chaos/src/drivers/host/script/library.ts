/**
 * What every script has: POSIX sh, and of Linux only `/proc`. It needs `token`, `seconds`, `machine` and, of the
 * fault, the functions `probe`, `record`, `apply`, `look` and `undo`.
 *
 * Everything that is started for a fault carries `ORDEAL_FAULT=<token>` in its environment, so that it is found
 * again from the configuration alone, whatever died before it wrote anything down. What undoing needs to know is
 * in the folder `$state`, which is there before anything is done and goes last.
 */
export const library = `
# Where a user who is not root has no administrator's programs on the path.
PATH="$PATH:/usr/sbin:/sbin"
state="/tmp/ordeal-fault-$token"
tab=$(printf '\\t')
lines='
'

say() { word=$1; shift; printf '@ordeal\\t%s' "$word"; for field; do printf '\\t%s' "$field"; done; printf '\\n'; }
# Only before anything was done; from then on it is broken.
armed=
refuse() { [ -z "$armed" ] || broken "$*"; say refused "$*"; exit 3; }
broken() { say broken "$*"; exit 4; }
has() { command -v "$1" >/dev/null 2>&1; }
nap() { sleep 0.02 2>/dev/null || sleep 1; }

# Reads /proc/<pid>/stat into identity, run_state, parent, ticks and pages. False when the process is gone, or a zombie.
identify() {
  identity= run_state= parent= ticks=0 pages=0 stat=
  case "$1" in ''|*[!0-9]*) return 1;; esac
  { while IFS= read -r piece || [ -n "$piece" ]; do stat="$stat$piece "; done <"/proc/$1/stat"; } 2>/dev/null || return 1
  # The command name may contain anything: fields are counted from behind its last bracket.
  stat_of=$1
  set -- \${stat##*)}
  [ -n "\${20-}" ] || return 1
  case "$1" in Z|X|x) return 1;; esac
  run_state=$1 parent=$2 ticks=$((\${12} + \${13})) pages=\${22}
  identity="$stat_of@\${20}"
}
is_alive() { identify "\${1%%@*}" && [ "$identity" = "$1" ]; }
# Signals exactly this process. False when it is gone, or may not be signalled.
signal() { is_alive "$2" && kill -s "$1" "\${2%%@*}" 2>/dev/null; }

# Sets marked to the identities of all processes that carry the mark, but for this shell.
find_marked() {
  marked=
  for marked_one in $(grep -lsF "ORDEAL_FAULT=$token" /proc/[0-9]*/environ); do
    marked_one=\${marked_one#/proc/}; marked_one=\${marked_one%/environ}
    [ "$marked_one" = "$$" ] || ! identify "$marked_one" || marked="$marked $identity"
  done
}
# Ends all of them. False when some outlive it.
end_marked() {
  round=0
  while find_marked; [ -n "$marked" ]; do
    [ $round -lt 150 ] || { seen="still there after SIGKILL:$marked" doubt=; return 1; }
    for marked_one in $marked; do signal KILL "$marked_one"; done
    round=$((round + 1)); nap
  done
}
# Starts a program in a session of its own, where no hangup reaches it.
detach() {
  if has setsid; then setsid "$@" </dev/null >>"$state/log" 2>&1 &
  else nohup "$@" </dev/null >>"$state/log" 2>&1 & fi
}
# For a program of the platform: it must not carry the mark.
unmarked() { ( unset ORDEAL_FAULT; trap - HUP INT TERM; exec "$@" ); }

check_machine() {
  [ -d /proc/self ] || refuse 'this needs a Linux host with /proc'
  [ -z "$machine" ] && return
  here=
  read -r here </etc/machine-id 2>/dev/null || [ -n "$here" ] || here='none'
  [ "$here" = "$machine" ] || refuse "this is another machine than the one that was meant: its machine id is $here, expected was $machine"
}
# False when there is none; broken when it is not ours to use.
has_state() {
  [ -e "$state" ] || [ -h "$state" ] || return 1
  [ -d "$state" ] && [ ! -h "$state" ] && [ -O "$state" ] || broken "$state is there and belongs to somebody else"
}
take_state() {
  umask 077
  mkdir "$state" 2>/dev/null && return
  has_state
  refuse "this very fault is in already, or was left ($state): heal it first"
}
drop_state() { rm -rf -- "$state"; }

found() { seen="$seen\${seen:+; }$*"; }
unsure() { doubt="$doubt\${doubt:+; }$*"; }
# Sets seen to what is in, in words, and doubt to what cannot be told; both empty when nothing is in.
see() { seen= doubt=; look; }
# Takes everything out, and looks whether it is. True when nothing is left.
undo_all() {
  end_marked || return 1
  undo
  see
  [ -z "$seen$doubt" ] || return 1
  drop_state
}

watch() {
  trap '' HUP INT TERM
  identify $$
  printf '%s\\n' "$identity" >"$state/watchdog.new" && mv "$state/watchdog.new" "$state/watchdog"
  sleep "$seconds"
  on_time=yes
  until undo_all; do sleep 1; done
}

targets() { check_machine; probe; say end; }

inject() {
  check_machine
  probe
  take_state
  keep
  record
  detach sh "$state/undo.sh" watch
  tries=0
  until [ -s "$state/watchdog" ]; do
    [ $tries -lt 250 ] || { end_marked; drop_state; broken 'its timer could not be started'; }
    tries=$((tries + 1)); nap
  done
  say armed
  read -r answer || answer=
  [ "$answer" = go ] || { end_marked; drop_state; exit 5; }
  armed=yes
  apply
  say end
}

status() {
  check_machine
  see
  find_marked
  if [ -n "$doubt" ]; then say unknown "$doubt"
  elif [ -n "$seen" ]; then say present "$seen"
  elif has_state; then say present "its timer is armed ($state)"
  elif [ -n "$marked" ]; then say present "processes of it are left:$marked"
  fi
  say end
}

heal() {
  check_machine
  has_state
  tries=0
  until undo_all; do
    tries=$((tries + 1))
    [ $tries -lt 20 ] || broken "\${doubt:-\${seen:-it}, after it was taken out}"
    nap
  done
  say end
}
`;
