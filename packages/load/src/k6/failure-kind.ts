/** The part of k6's response that says why there was no answer. */
export interface Unanswered {
  readonly error: string;
  readonly error_code: number;
}

/** Kinds that say that the generator's own machine ran out of something. */
export const generatorFailures: readonly string[] = ['descriptors', 'ports'];

/** Name of a failure without an answer, from k6's error codes (1050 timeout, 11xx DNS, 12xx TCP, 13xx TLS). */
export function failureKind({ error, error_code: code }: Unanswered): string {
  if (error.includes('too many open files')) return 'descriptors';
  if (error.includes('cannot assign requested address')) return 'ports';
  if (code === 1050 || code === 1211) return 'timeout';
  if (code === 1212) return 'refused';
  if (code === 1201 || code === 1220) return 'reset';
  if (code >= 1100 && code < 1110) return 'dns';
  if (code >= 1300 && code < 1400) return 'tls';
  if (/\bEOF\b|server closed idle connection/.test(error)) return 'closed';
  if (code === 1020) return 'invalid address';
  return `error ${code}`;
}
