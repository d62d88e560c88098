import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { Response } from 'supertest';
import { CONFIG, type Config } from '../../src/platform/config/config';
import type { TestApplication } from './test-application';

export type Area = '/v1/staff' | '/v1';

/** As the server asks for it. */
export interface AskedOptions {
  challenge: string;
  rpId: string;
  allowCredentials?: { id: string }[];
}

/** What an authenticator or a browser does otherwise than it should. */
export interface Faults {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  isUnverified?: boolean;
  /** In place of one more than the last. */
  counter?: number;
  /** Null: none. */
  userHandle?: string | null;
}

const PRESENT = 0x01;
const VERIFIED = 0x04;
const WITH_KEY = 0x40;

/**
 * An authenticator of one passkey, as WebAuthn Level 3 describes it (sections 6.1, 6.5.4 and 6.3): ES256, without
 * attestation. Browser tests have Chromium's own.
 */
export class PasskeyDevice {
  readonly credentialId = randomBytes(32).toString('base64url');
  counter = 0;
  private userHandle = '';
  private readonly privateKey: KeyObject;
  private readonly publicKey: Buffer;

  constructor(private readonly origin = 'http://app.test') {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.privateKey = pair.privateKey;
    const { x, y } = pair.publicKey.export({ format: 'jwk' });
    const key = new Map<number, number | Uint8Array<ArrayBuffer>>([
      [1, 2], // EC2
      [3, -7], // ES256
      [-1, 1], // P-256
      [-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y!, 'base64url'))],
    ]);
    this.publicKey = Buffer.from(isoCBOR.encode(key));
  }

  /** Registers one for the owner of this session. */
  static async register(
    server: TestApplication,
    token: string,
    area: Area = '/v1',
  ): Promise<{ device: PasskeyDevice; id: string; recoveryCodes: string[] }> {
    const device = new PasskeyDevice(server.app.get<Config>(CONFIG).appUrl);
    const created = await device.registerAt(server, token, area);
    expect(created.status).toBe(201);
    const { passkey, recoveryCodes } = created.body as {
      passkey: { id: string };
      recoveryCodes: string[];
    };
    return { device, id: passkey.id, recoveryCodes };
  }

  async registerAt(
    server: TestApplication,
    token: string,
    area: Area = '/v1',
    faults: Faults = {},
  ): Promise<Response> {
    const asked = await server.post(`${area}/me/mfa/passkeys/options`, token);
    expect(asked.status).toBe(200);
    const { options } = asked.body as {
      options: { challenge: string; rp: { id: string }; user: { id: string } };
    };
    const passkey = this.create(options, faults);
    return server.post(`${area}/me/mfa/passkeys`, token, { name: 'My phone', passkey });
  }

  /** `navigator.credentials.create` */
  create(
    options: { challenge: string; rp: { id: string }; user: { id: string } },
    faults: Faults = {},
  ): object {
    this.userHandle = options.user.id;
    const id = Buffer.from(this.credentialId, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, id, this.publicKey]);
    const head = this.authenticatorData(options.rp.id, WITH_KEY, faults);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(Buffer.concat([head, credential]))],
    ]);
    const attestationObject = isoCBOR.encode(attestation as Map<string, string>);
    return this.toJson({
      clientDataJSON: this.clientData('webauthn.create', options.challenge, faults),
      attestationObject: Buffer.from(attestationObject).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get` */
  get({ challenge, rpId }: AskedOptions, faults: Faults = {}): object {
    this.counter = faults.counter ?? this.counter + 1;
    const clientDataJSON = this.clientData('webauthn.get', challenge, faults);
    const authenticatorData = this.authenticatorData(rpId, 0, faults);
    const clientHash = sha256(Buffer.from(clientDataJSON, 'base64url'));
    const signed = Buffer.concat([authenticatorData, clientHash]);
    const userHandle = faults.userHandle === undefined ? this.userHandle : faults.userHandle;
    return this.toJson({
      clientDataJSON,
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.privateKey).toString('base64url'),
      ...(userHandle !== null && { userHandle }),
    });
  }

  /** Asks, and logs in without a password. */
  async logIn(
    server: TestApplication,
    { area = '/v1', changes = {}, faults = {} }: LoginOptions = {},
  ): Promise<Response> {
    const passkey = this.get(await askToLogIn(server, area), faults);
    return server.post(`${area}/auth/passkeys/login`, undefined, { passkey, ...changes });
  }

  private clientData(type: string, challenge: string, faults: Faults): string {
    const client = { type, challenge, origin: this.origin, crossOrigin: false };
    const { origin = client.origin, challenge: given = challenge, type: kind = type } = faults;
    const text = JSON.stringify({ ...client, origin, challenge: given, type: kind });
    return Buffer.from(text).toString('base64url');
  }

  private authenticatorData(asked: string, flags: number, faults: Faults): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const set = flags | PRESENT | (faults.isUnverified ? 0 : VERIFIED);
    const host = sha256(Buffer.from(faults.rpId ?? asked));
    return Buffer.concat([host, Buffer.from([set]), counter]);
  }

  private toJson(response: object): object {
    const id = this.credentialId;
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }
}

interface LoginOptions {
  area?: Area;
  changes?: object;
  faults?: Faults;
}

export async function askToLogIn(
  server: TestApplication,
  area: Area = '/v1',
): Promise<AskedOptions> {
  return optionsOf(await server.post(`${area}/auth/passkeys/options`, undefined));
}

export function optionsOf({ status, body }: Response): AskedOptions {
  expect(status).toBe(200);
  return (body as { options: AskedOptions }).options;
}

/** The options of a login whose password was right. */
export function stepOptionsOf(refused: Response): AskedOptions & { mfaToken: string } {
  expect(refused.status).toBe(401);
  const { mfaToken, passkeyOptions } = refused.body as {
    mfaToken: string;
    passkeyOptions: AskedOptions;
  };
  return { ...passkeyOptions, mfaToken };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
