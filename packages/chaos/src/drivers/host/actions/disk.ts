import { z } from 'zod';
import { scripted } from '../script/host-fault.ts';
import { path, placed, timed } from './fields.ts';

export const diskSchema = z.strictObject({
  ...placed,
  ...timed,
  action: z.literal('disk'),
  /** Where one file is made; it says which file system is filled. It must be there already. */
  directory: path,
  /** How much is filled, in MiB; without it everything but what has to be left. */
  megabytes: z.int().positive().optional(),
  /** How much must stay free for those who may write there, in MiB. */
  leaveMegabytes: z.int().positive(),
});

export type DiskConfig = z.infer<typeof diskSchema>;

/** How much has to be gone for a fill whose size only the host knows. */
const LEAST_MEGABYTES = 1;

const measure = `
# Sets free to the kB that may still be written.
measure_free() {
  free=$(df -Pk -- "$directory" | { read -r head; read -r fs all used free rest; printf '%s' "$free"; })
  case "$free" in ''|*[!0-9]*) refuse "how much is free in $directory cannot be told";; esac
}
read_measure() { measure_free; say reading "$((free / 1024))"; }
`;

const functions = `
${measure}
fill_file="$directory/.ordeal-fill-$token"
# Sets fill to the kB that are to be written.
measure() {
  measure_free
  leave_kb=$((leave * 1024))
  if [ -n "$megabytes" ]; then fill=$((megabytes * 1024)); else fill=$((free - leave_kb)); fi
  [ "$fill" -gt 0 ] && [ $((free - fill)) -ge $leave_kb ] ||
    refuse "$((free / 1024)) MiB are free in $directory: filling \${megabytes:-any of it} MiB would leave less than $leave MiB"
}
probe() {
  [ -d "$directory" ] || refuse "there is no directory $directory"
  [ -w "$directory" ] && [ -x "$directory" ] || refuse "nothing may be written to $directory"
  [ ! -e "$fill_file" ] && [ ! -h "$fill_file" ] || refuse "$fill_file is there already: heal it first"
  measure
  say target "disk of $directory"
}
record() { :; }
apply() {
  # Only made anew, never followed to somewhere else.
  ( set -C; : >"$fill_file" ) 2>/dev/null || broken "$fill_file cannot be made"
  measure
  if ! fallocate -l "$((fill * 1024))" "$fill_file" 2>/dev/null; then
    # A file system without fallocate: what is written must not be zeros that it leaves out.
    dd if=/dev/urandom of="$fill_file" bs=1048576 count="$((fill / 1024))" 2>"$state/log" ||
      broken "filling $directory failed: $(tail -n 1 "$state/log")"
  fi
  on_disk=$(du -k -- "$fill_file" | { read -r size rest; printf '%s' "$size"; })
  [ "$on_disk" -ge $((fill / 10 * 9)) ] || broken "only $on_disk kB of $fill kB were filled in $directory"
  say ack "disk of $directory" "$((on_disk / 1024)) MiB filled of $((free / 1024)) MiB that were free"
}
look() { if [ -e "$fill_file" ] || [ -h "$fill_file" ]; then found "$fill_file"; fi; }
undo() { rm -f -- "$fill_file"; }
`;

/** Fills a file system with one file. */
export const disk = scripted<DiskConfig>({
  describe: ({ directory, megabytes, leaveMegabytes }) =>
    megabytes === undefined
      ? `the disk of ${directory} filled up to ${leaveMegabytes} MiB`
      : `${megabytes} MiB of the disk of ${directory} filled`,
  script: ({ directory, megabytes, leaveMegabytes }) => ({
    variables: { directory, megabytes: megabytes ?? '', leave: leaveMegabytes },
    functions,
  }),
  measured: {
    measure: ({ directory, megabytes = LEAST_MEGABYTES * 2 }) => ({
      name: `free in ${directory}`,
      unit: 'MiB',
      moves: 'down',
      atLeast: megabytes / 2,
    }),
    script: ({ directory }) => ({ variables: { directory }, functions: measure }),
  },
});
