import { expect, it } from 'vitest';
import { failureKind } from '../src/k6/failure-kind.ts';

it.each([
  [1050, 'request timeout', 'timeout'],
  [1211, 'dial: i/o timeout', 'timeout'],
  [1212, 'dial: connection refused', 'refused'],
  [1220, 'read: connection reset by peer', 'reset'],
  [1201, 'write: broken pipe', 'reset'],
  [1101, 'lookup: no such host', 'dns'],
  [1310, 'x509: unknown authority', 'tls'],
  [1000, 'EOF', 'closed'],
  [1000, 'unexpected EOF', 'closed'],
  [1210, 'dial tcp: socket: too many open files', 'descriptors'],
  [1213, 'dial tcp: connect: cannot assign requested address', 'ports'],
  [1020, 'invalid URL', 'invalid address'],
  [1701, 'decompression failed', 'error 1701'],
])('%i (%s) is %s', (error_code, error, kind) => {
  expect(failureKind({ error_code, error })).toBe(kind);
});
