import { messageOf } from '../../common/foreign-text';

export type OutboundReason = 'address_refused' | 'timed_out' | 'not_reached' | 'unusable';

/** A request that got no answer. The message is for the person who gave the URL. */
export class OutboundFailure extends Error {
  constructor(
    readonly reason: OutboundReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'OutboundFailure';
  }
}

const SENTENCES: Record<string, string> = {
  ENOTFOUND: 'The name of the host was not found.',
  ENODATA: 'The name of the host has no address.',
  ESERVFAIL: 'The name server of the host did not answer.',
  ETIMEOUT: 'The name server of the host did not answer.',
  ECONNREFUSED: 'The server refused the connection.',
  ECONNRESET: 'The server ended the connection without an answer.',
  UND_ERR_SOCKET: 'The server ended the connection without an answer.',
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too long.',
  EHOSTUNREACH: 'There is no way to the host.',
  ENETUNREACH: 'There is no way to the host.',
  CERT_HAS_EXPIRED: 'The certificate of the server has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the server is for another name.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of the server is not trusted.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of the server is not trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of the server is not trusted.',
};

/** @returns why no answer came, in words for the person who gave the URL; an unknown error as it says itself */
export function describeUnreached(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return messageOf(error);
  if (code.startsWith('HPE_')) return 'The answer is not HTTP.';
  return SENTENCES[code] ?? messageOf(error);
}
