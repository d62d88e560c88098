import { invalidRequest, StripeFault } from './stripe-fault';

export interface Answer {
  status: number;
  body: string;
}

interface Kept {
  fingerprint: string;
  /** null while the first call is under way. */
  answer: Answer | null;
}

/** The first answer to each Idempotency-Key. */
export class IdempotencyKeys {
  private readonly kept = new Map<string, Kept>();

  /**
   * @returns the first answer, where there is one
   * @throws 400 idempotency_error, 409 idempotency_key_in_use
   */
  begin(key: string, fingerprint: string): Answer | null {
    const kept = this.kept.get(key);
    if (kept && kept.fingerprint !== fingerprint) throw otherParameters(key);
    if (kept && !kept.answer) throw inUse(key);
    if (!kept) this.kept.set(key, { fingerprint, answer: null });
    return kept?.answer ?? null;
  }

  /** Keeps an answer; what was refused before it was done may be tried again with the same key. */
  end(key: string, answer: Answer): void {
    const kept = this.kept.get(key);
    if (!kept) return;
    if (answer.status === 400 || answer.status === 401 || answer.status === 404) this.abandon(key);
    else this.kept.set(key, { ...kept, answer });
  }

  /** The call had no effect. */
  abandon(key: string): void {
    if (this.kept.get(key)?.answer === null) this.kept.delete(key);
  }
}

function otherParameters(key: string): StripeFault {
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}'.`;
  return new StripeFault(400, 'idempotency_error', message);
}

function inUse(key: string): StripeFault {
  const { message } = invalidRequest(
    `There is another in-progress request using this key: ${key}.`,
  );
  const details = { code: 'idempotency_key_in_use' };
  return new StripeFault(409, 'invalid_request_error', message, details);
}
