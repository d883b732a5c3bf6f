import { isObject, unexpected } from './expected.ts';
import { decodeNativeHistogram } from './native-histogram.ts';
import type { NativeHistogram, RawSeries, Reading } from './reading.ts';
import { blocksOf, type SampleBlocks } from './sample-blocks.ts';
import { sampleValueOf, stampOf } from './sample-value.ts';

/**
 * Reads the answer to a query, and nothing that is not exactly as the API says. Throws an error that names the first
 * thing that is wrong and its place. Written out by hand: an answer may hold millions of samples. `blocks` are those
 * that were read already.
 */
export function decodeReading(body: unknown, blocks: SampleBlocks = blocksOf([])): Reading {
  if (!isObject(body)) throw unexpected('the answer', 'an object', body);
  if (body['status'] !== 'success') throw unexpected('status', '"success"', body['status']);
  const { data } = body;
  if (!isObject(data)) throw unexpected('data', 'an object', data);
  const series = seriesOf(data, blocks);
  // Samples that stand anywhere else are no part of the result, and nobody has looked at them.
  if (!blocks.isEmpty()) throw unexpected('data.result', 'all lists of samples', series);
  const infos = sentencesOf(body['infos'], 'infos');
  const warnings = [...sentencesOf(body['warnings'], 'warnings'), ...partialOf(body['isPartial'])];
  return { series, warnings, ...(infos.length === 0 ? {} : { infos }) };
}

function seriesOf(data: Readonly<Record<string, unknown>>, blocks: SampleBlocks): readonly RawSeries[] {
  const { resultType, result } = data;
  switch (resultType) {
    case 'scalar':
      return [{ labels: {}, samples: samplesOf([result], 'data.result') }];
    case 'vector':
      return each(result, vectorSeries);
    case 'matrix':
      return each(result, (series, place) => matrixSeries(series, place, blocks));
    default:
      throw unexpected('data.resultType', '"matrix", "vector" or "scalar"', resultType);
  }
}

function each(
  result: unknown,
  one: (value: Readonly<Record<string, unknown>>, place: string) => RawSeries,
): readonly RawSeries[] {
  if (!Array.isArray(result)) throw unexpected('data.result', 'an array', result);
  const known = new Set<string>();
  return result.map((value: unknown, index) => {
    const place = `data.result[${index}]`;
    if (!isObject(value)) throw unexpected(place, 'a series', value);
    const series = one(value, place);
    const key = keyOf(series.labels);
    // The same series twice would be counted twice.
    if (known.has(key)) throw unexpected(`${place}.metric`, 'labels that no other series has', series.labels);
    known.add(key);
    return series;
  });
}

function vectorSeries(series: Readonly<Record<string, unknown>>, place: string): RawSeries {
  const labels = labelsOf(series['metric'], `${place}.metric`);
  const { value, histogram } = series;
  if ((value === undefined) === (histogram === undefined)) {
    throw unexpected(place, 'either a value or a histogram', series);
  }
  if (value !== undefined) return { labels, samples: samplesOf([value], `${place}.value`) };
  return { labels, samples: [], histograms: histogramsOf([histogram], `${place}.histogram`) };
}

function matrixSeries(
  series: Readonly<Record<string, unknown>>,
  place: string,
  blocks: SampleBlocks,
): RawSeries {
  const labels = labelsOf(series['metric'], `${place}.metric`);
  const { values, histograms } = series;
  if (values === undefined && histograms === undefined) {
    throw unexpected(place, 'values or histograms', series);
  }
  const samples = values === undefined ? [] : (blocks.take(values) ?? samplesOf(values, `${place}.values`));
  if (histograms === undefined) return { labels, samples };
  return { labels, samples, histograms: histogramsOf(histograms, `${place}.histograms`) };
}

function samplesOf(list: unknown, place: string): RawSeries['samples'] {
  if (!Array.isArray(list)) throw unexpected(place, 'an array of samples', list);
  let before = -Infinity;
  return list.map((pair: unknown, index) => {
    const at = stampAfter(before, pair, place, index);
    before = at;
    const text: unknown = (pair as readonly unknown[])[1];
    const value = sampleValueOf(text);
    if (value === undefined) throw unexpected(`${place}[${index}][1]`, 'a number in a string', text);
    return [at, value];
  });
}

function histogramsOf(list: unknown, place: string): readonly (readonly [number, NativeHistogram])[] {
  if (!Array.isArray(list)) throw unexpected(place, 'an array of histograms', list);
  let before = -Infinity;
  return list.map((pair: unknown, index) => {
    const at = stampAfter(before, pair, place, index);
    before = at;
    return [at, decodeNativeHistogram((pair as readonly unknown[])[1], `${place}[${index}][1]`)];
  });
}

function stampAfter(before: number, pair: unknown, place: string, index: number): number {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw unexpected(`${place}[${index}]`, 'a pair of time stamp and value', pair);
  }
  const at = stampOf(pair[0]);
  if (at === undefined) throw unexpected(`${place}[${index}][0]`, 'a time stamp in seconds', pair[0]);
  if (at === before) throw unexpected(`${place}[${index}][0]`, 'a time stamp of its own', pair[0]);
  if (at < before)
    throw unexpected(`${place}[${index}][0]`, 'a later time stamp than the one before', pair[0]);
  return at;
}

function labelsOf(metric: unknown, place: string): RawSeries['labels'] {
  if (!isObject(metric)) throw unexpected(place, 'labels', metric);
  for (const name of Object.keys(metric)) {
    if (typeof metric[name] !== 'string') throw unexpected(`${place}.${name}`, 'a string', metric[name]);
  }
  return metric as RawSeries['labels'];
}

function keyOf(labels: RawSeries['labels']): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

function sentencesOf(list: unknown, place: string): readonly string[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw unexpected(place, 'an array of sentences', list);
  return list.map((one: unknown, index) => {
    if (typeof one !== 'string') throw unexpected(`${place}[${index}]`, 'a sentence', one);
    return one;
  });
}

/** VictoriaMetrics says so of a cluster's answer when one of its stores did not take part. */
function partialOf(isPartial: unknown): readonly string[] {
  if (isPartial === undefined || isPartial === false) return [];
  if (isPartial !== true) throw unexpected('isPartial', 'true or false', isPartial);
  return ['the answer says of itself that it is partial'];
}
