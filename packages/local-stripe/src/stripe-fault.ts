import type Stripe from 'stripe';

interface Details {
  code?: string;
  param?: string;
  decline_code?: string;
}

/** An answer other than 200, in the shape of Stripe's errors. */
export class StripeFault extends Error {
  constructor(
    readonly status: number,
    readonly type: Stripe.RawErrorType,
    message: string,
    readonly details: Details = {},
    /** What was done before stays done: a declined attempt to pay is an attempt. */
    readonly keepsEffect = false,
  ) {
    super(message);
  }

  get body(): object {
    return { error: { type: this.type, message: this.message, ...this.details } };
  }
}

/** 400: the request asks for what cannot be. */
export function invalidRequest(message: string, code?: string, param?: string): StripeFault {
  return new StripeFault(400, 'invalid_request_error', message, { code, param });
}

/** 404: there is no such object. */
export function missing(kind: string, id: string, param = 'id'): StripeFault {
  const message = `No such ${kind}: '${id}'`;
  return new StripeFault(404, 'invalid_request_error', message, {
    code: 'resource_missing',
    param,
  });
}

/** 402: the card was declined. */
export function cardDeclined(keepsEffect: boolean): StripeFault {
  const details = { code: 'card_declined', decline_code: 'generic_decline' };
  return new StripeFault(402, 'card_error', 'Your card was declined.', details, keepsEffect);
}
