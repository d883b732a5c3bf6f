/** Why there is no whole answer, in words; the code of a connection that failed stays as it is. */
export function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timed out';
  // The code of what the system says is a word, that of a DOMException a number.
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? (overTls(code, error.message) ?? code) : error.message;
}

/** Codes that say that a certificate leads to nobody who is trusted. */
const unsigned = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** What went wrong with TLS. Node and OpenSSL say it in codes of their own, and not what to do. */
function overTls(code: string, message: string): string | undefined {
  if (unsigned.includes(code)) {
    return `nobody who is trusted here has signed its certificate (${code}): NODE_EXTRA_CA_CERTS=ca.pem names the certificate of whoever has`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const which = message.replace(/^.*altnames: /, '').replace(/[:\s]+$/, '');
    return `its certificate is for another name (${which})`;
  }
  if (code.startsWith('CERT_')) return `its certificate does not hold (${code}: ${message})`;
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined;
  const why = /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? code;
  return why === 'wrong version number'
    ? `no TLS is spoken there (${why}): does the address begin with http://?`
    : `TLS was not agreed on (${why})`;
}
