import { formatDuration } from '../../time/duration.ts';
import type { Shape } from './shape.ts';

/** A shape in words: two shapes with the same words are the same load. */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case 'baseline':
    case 'peak':
    case 'soak':
      return `${shape.kind}: ${shape.rate}/s for ${formatDuration(shape.seconds)}`;
    case 'spike':
      return (
        `spike: ${shape.rate}/s for ${formatDuration(shape.beforeSeconds)}, ${shape.spikeRate}/s for ` +
        `${formatDuration(shape.holdSeconds)}, ${shape.rate}/s for ${formatDuration(shape.afterSeconds)}`
      );
    case 'stages':
      return `stages: ${shape.legs
        .map(
          ({ seconds, from, to }) =>
            `${formatDuration(seconds)} at ${from === to ? `${to}/s` : `${from}..${to}/s`}`,
        )
        .join(', ')}`;
    case 'script':
      return `script: its own scenarios, at most ${shape.ceiling} requests/s, for at most ${formatDuration(shape.seconds)}`;
    case 'stress':
      return (
        `stress: from ${shape.from}/s up to ${shape.to}/s, steps of ${formatDuration(shape.stepSeconds)}, for ` +
        formatDuration(shape.seconds)
      );
  }
}
