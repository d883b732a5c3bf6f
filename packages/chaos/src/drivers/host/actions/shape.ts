import { z } from 'zod';
import { scripted } from '../script/host-fault.ts';
import { placed, timed } from './fields.ts';

const device = z
  .string()
  .regex(/^[\w][\w.@:-]{0,14}$/, { error: 'The name of a network device, for instance "eth0".' });

export const delaySchema = z.strictObject({
  ...placed,
  ...timed,
  action: z.literal('delay'),
  /** What leaves through it is delayed, whoever it goes to. */
  device,
  milliseconds: z.int().positive().max(60_000),
  /** The delay varies by so much. */
  jitterMilliseconds: z.int().nonnegative().max(60_000).default(0),
});

export const bandwidthSchema = z.strictObject({
  ...placed,
  ...timed,
  action: z.literal('bandwidth'),
  /** What leaves through it is held to the rate, whoever it goes to. */
  device,
  kilobitsPerSecond: z.int().min(8),
});

export type DelayConfig = z.infer<typeof delaySchema>;
export type BandwidthConfig = z.infer<typeof bandwidthSchema>;

const functions = `
queue() { tc qdisc show dev "$device" root 2>/dev/null; }
probe() {
  has tc || refuse 'there is no tc on this host; install its package (iproute2)'
  tc qdisc show dev "$device" root >/dev/null 2>&1 || refuse "there is no network device $device"
  case "$(queue)" in
    *" $handle: root"*) refuse "this very fault is in already at $device: heal it first";;
    # What the kernel itself has put there has no handle, and comes back by itself.
    ''|*' 0: root'*) ;;
    *) refuse "$device is shaped already ($(queue)), which could not be brought back";;
  esac
  # Tried where it changes nothing: in a network namespace that is gone again when tc ends.
  trial=$(unshare -n tc qdisc add dev lo root $discipline 2>&1) ||
    refuse "tc cannot do \\"$discipline\\" here: $(printf '%s' "$trial" | tr '\\n' ' ')"
  say target "network device $device"
}
record() { :; }
apply() {
  failed=$(tc qdisc add dev "$device" root handle "$handle:" $discipline 2>&1) || broken "tc at $device: $failed"
  case "$(queue)" in
    *" $handle: root"*) say ack "network device $device" "$(queue)";;
    *) broken "tc at $device was accepted, but reading it back shows $(queue)";;
  esac
}
look() {
  has tc || { unsure 'there is no tc any more'; return; }
  case "$(queue)" in *" $handle: root"*) found "$(queue) at $device";; esac
}
undo() { case "$(queue)" in *" $handle: root"*) tc qdisc del dev "$device" root 2>/dev/null;; esac; }
`;

/** Handles below 0x8000 are never given by the kernel itself. */
function handleOf(token: string): string {
  return (0x1000 + (Number.parseInt(token.slice(0, 4), 16) % 0x6fff)).toString(16);
}

/** Delays what leaves through a network device. Needs the kernel's netem. */
export const delay = scripted<DelayConfig>({
  describe: ({ device: name, milliseconds, jitterMilliseconds }) =>
    `${milliseconds} ms${jitterMilliseconds === 0 ? '' : ` ± ${jitterMilliseconds} ms`} of delay on ${name}`,
  script: (config, token) => ({
    variables: {
      device: config.device,
      handle: handleOf(token),
      discipline: `netem delay ${config.milliseconds}ms${config.jitterMilliseconds === 0 ? '' : ` ${config.jitterMilliseconds}ms`}`,
    },
    functions,
  }),
});

/** Holds what leaves through a network device to a rate. */
export const bandwidth = scripted<BandwidthConfig>({
  describe: ({ device: name, kilobitsPerSecond }) => `${kilobitsPerSecond} kbit/s on ${name}`,
  script: (config, token) => ({
    variables: {
      device: config.device,
      handle: handleOf(token),
      discipline: `tbf rate ${config.kilobitsPerSecond}kbit burst ${burstOf(config)} latency 200ms`,
    },
    functions,
  }),
});

/** Bytes that may leave at once: what comes within 10 ms, and never less than a few packets. */
function burstOf({ kilobitsPerSecond }: BandwidthConfig): number {
  return Math.max(8 * 1500, Math.ceil((kilobitsPerSecond * 1000 * 0.01) / 8));
}
