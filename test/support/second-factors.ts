import type { Response } from 'supertest';
import { Secret, TOTP } from 'otpauth';
import { PASSWORD } from './customers';
import type { TestApplication } from './test-application';

const STEP_MS = 30_000;
const DIGITS = 6;

type Area = '/v1/staff' | '/v1';

/** An authenticator app whose clock is the server's, with what the server showed once. */
export class Authenticator {
  private constructor(
    private readonly server: TestApplication,
    readonly secret: string,
    readonly recoveryCodes: string[],
  ) {}

  /** Sets one up for the owner of this session. */
  static async enrol(
    server: TestApplication,
    token: string,
    area: Area = '/v1',
  ): Promise<Authenticator> {
    const begun = await server.post(`${area}/me/mfa/totp`, token);
    expect(begun.status).toBe(201);
    const { secret } = begun.body as { secret: string };
    const code = await Authenticator.of(server, secret).next();
    const confirmed = await server.post(`${area}/me/mfa/totp/confirm`, token, { code });
    expect(confirmed.status).toBe(200);
    const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] };
    return new Authenticator(server, secret, recoveryCodes);
  }

  /** With a secret that a page has shown. */
  static of(server: TestApplication, secret: string): Authenticator {
    return new Authenticator(server, secret, []);
  }

  /** The code of a step that no code was of: the server's clock goes on. */
  next(): Promise<string> {
    this.server.clock.moveBy(STEP_MS);
    return this.at(0);
  }

  /** The code of so many steps from now. */
  async at(steps: number): Promise<string> {
    const [row] = await this.server.database.query<{ now: Date }>('SELECT now()');
    const timestamp = this.server.clock.at(row!.now).getTime() + steps * STEP_MS;
    const shape = { algorithm: 'SHA1', digits: DIGITS, period: STEP_MS / 1000 };
    return new TOTP({ ...shape, secret: Secret.fromBase32(this.secret) }).generate({ timestamp });
  }
}

/** A code that is none of now: the one that follows the right one by 500,000. */
export function otherThan(code: string): string {
  return String((Number(code) + 500_000) % 1_000_000).padStart(DIGITS, '0');
}

/** Logs in with the password alone. @returns the token for the second step */
export async function beginLogin(
  server: Pick<TestApplication, 'post'>,
  email: string,
  changes: object = {},
): Promise<string> {
  const credentials = { email, password: PASSWORD, ...changes };
  return mfaTokenOf(await server.post('/v1/auth/login', undefined, credentials));
}

export function mfaTokenOf({ status, body }: Response): string {
  const { code, mfaToken } = body as { code?: string; mfaToken: string };
  expect([status, code]).toEqual([401, 'mfa_required']);
  return mfaToken;
}

export async function verify(
  server: Pick<TestApplication, 'post'>,
  body: object,
  area: Area = '/v1',
): Promise<Response> {
  return server.post(`${area}/auth/mfa/verify`, undefined, body);
}
