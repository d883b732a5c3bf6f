import k6Http, { type Response } from 'k6/http';
import { measureRequest } from './measurement.ts';

/*
 * Stands for `k6/http` in scripts that were written by hand: the same functions, whose requests are counted.
 * What a script does not find here, an older k6 does not have either.
 */

type Call = (...given: never[]) => unknown;
type Expects = (status: number) => boolean;

const usual: Expects = (status) => status >= 200 && status < 400;
const anything: Expects = () => true;
/** What `expectedStatuses` has made: k6 itself does not show what is in it. */
const made = new Map<unknown, Expects>();
let standing: Expects = usual;

function expectsOf(params: unknown): Expects {
  const callback = (params as { responseCallback?: unknown } | null | undefined)?.responseCallback;
  if (callback === undefined) return standing;
  return callback === null ? anything : (made.get(callback) ?? usual);
}

/** Position of the parameters among what a function takes. */
function measured<T extends Call>(call: T, at: number): T {
  return ((...given: never[]) => {
    const began = Date.now();
    const answer = call(...given);
    const expects = expectsOf(given[at]);
    if (answer instanceof Promise) {
      return answer.then((response: Response) => {
        measureRequest(response, expects, began);
        return response;
      });
    }
    measureRequest(answer as Response, expects, began);
    return answer;
  }) as T;
}

export const expectedStatuses: typeof k6Http.expectedStatuses = (...statuses) => {
  const callback = k6Http.expectedStatuses(...statuses);
  made.set(callback, (status) =>
    statuses.some((one) =>
      typeof one === 'number' ? one === status : one.min <= status && status <= one.max,
    ),
  );
  return callback;
};

export const setResponseCallback: typeof k6Http.setResponseCallback = (callback) => {
  standing = callback === null ? anything : (made.get(callback) ?? usual);
  k6Http.setResponseCallback(callback);
};

export const batch = ((requests: unknown[] | Record<string, unknown>) => {
  const began = Date.now();
  const answers = k6Http.batch(requests as never) as Record<string, Response>;
  for (const [key, response] of Object.entries(answers)) {
    const request = (requests as Record<string, unknown>)[key];
    const params = Array.isArray(request) ? request[3] : (request as { params?: unknown } | string);
    measureRequest(response, expectsOf(typeof params === 'string' ? undefined : paramsOf(params)), began);
  }
  return answers;
}) as typeof k6Http.batch;

/** A request of a batch is a list, or an object that holds its parameters. */
function paramsOf(value: unknown): unknown {
  return (value as { params?: unknown } | undefined)?.params ?? value;
}

export const get = measured(k6Http.get as Call, 1) as typeof k6Http.get;
export const head = measured(k6Http.head as Call, 1) as typeof k6Http.head;
export const post = measured(k6Http.post as Call, 2) as typeof k6Http.post;
export const put = measured(k6Http.put as Call, 2) as typeof k6Http.put;
export const patch = measured(k6Http.patch as Call, 2) as typeof k6Http.patch;
export const del = measured(k6Http.del as Call, 2) as typeof k6Http.del;
export const options = measured(k6Http.options as Call, 2) as typeof k6Http.options;
export const request = measured(k6Http.request as Call, 3) as typeof k6Http.request;
export const asyncRequest = measured(k6Http.asyncRequest as Call, 3) as typeof k6Http.asyncRequest;

export const {
  url,
  file,
  cookieJar,
  CookieJar,
  TLS_1_0,
  TLS_1_1,
  TLS_1_2,
  TLS_1_3,
  OCSP_STATUS_GOOD,
  OCSP_STATUS_REVOKED,
  OCSP_STATUS_SERVER_FAILED,
  OCSP_STATUS_UNKNOWN,
  OCSP_REASON_UNSPECIFIED,
  OCSP_REASON_KEY_COMPROMISE,
  OCSP_REASON_CA_COMPROMISE,
  OCSP_REASON_AFFILIATION_CHANGED,
  OCSP_REASON_SUPERSEDED,
  OCSP_REASON_CESSATION_OF_OPERATION,
  OCSP_REASON_CERTIFICATE_HOLD,
  OCSP_REASON_REMOVE_FROM_CRL,
  OCSP_REASON_PRIVILEGE_WITHDRAWN,
  OCSP_REASON_AA_COMPROMISE,
} = k6Http as unknown as Record<string, unknown>;

export default {
  ...k6Http,
  get,
  head,
  post,
  put,
  patch,
  del,
  options,
  request,
  asyncRequest,
  batch,
  expectedStatuses,
  setResponseCallback,
};
