/** Shell functions for faults that stress-ng does; they count its processes by the mark that they carry. */
export const stressors = `
need_stress_ng() {
  has stress-ng || refuse 'there is no stress-ng on this host; install its package'
}
# Sets stressors to how many there are, used to their ticks of CPU, resident to their kB of memory.
count_stressors() {
  stressors=0 used=0 resident=0
  find_marked
  for one in $marked; do
    command=
    { IFS= read -r command <"/proc/\${one%%@*}/cmdline"; } 2>/dev/null
    case "$command" in
      stress-ng*)
        is_alive "$one" || continue
        stressors=$((stressors + 1)) used=$((used + ticks)) resident=$((resident + pages * page_kb));;
    esac
  done
}
page_kb=$(getconf PAGESIZE 2>/dev/null || printf 4096)
page_kb=$((page_kb / 1024))
# It keeps its name, or it would write over its environment, and with it over the mark. Its own timeout comes
# after that of the watchdog.
stress() {
  cd "$state" && detach stress-ng --quiet --keep-name --temp-path "$state" --timeout "$((seconds + 30))s" "$@"
}
# Waits until the stressors are as the given test wants them.
until_stressed() {
  tries=0
  until count_stressors; "$@"; do
    if [ $tries -ge 25 ] && [ $stressors -eq 0 ]; then
      broken "stress-ng has ended at once: $(tail -n 3 "$state/log" 2>/dev/null | tr '\\n' ' ')"
    fi
    [ $tries -lt 500 ] || broken "stress-ng does not get there: $stressors processes, $used ticks, $resident kB"
    tries=$((tries + 1)); nap
  done
}
record() { :; }
look() {
  count_stressors
  [ $stressors -eq 0 ] || found "$stressors processes of stress-ng"
}
undo() { :; }
`;
