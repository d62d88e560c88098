export type OutboundReason = 'address_refused' | 'timed_out' | 'not_reached';

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
