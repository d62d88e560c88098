import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { minutesAfter } from '../../common/clock';
import { hashToken } from '../../common/token';
import { SecretBox } from '../../platform/config/secret-box';
import type { Transaction } from '../../platform/database/transaction';
import type { SignInSecrets } from './provider';

const LIFETIME_MINUTES = 10;
const STATE_BYTES = 32;

export type Purpose = 'sign_in' | 'link' | 'prove';

/** Who may finish a sign-in: a browser, or the session that began it. */
export interface SignInOwner {
  purpose: Purpose;
  /** What only the browser holds, or the id of the session. */
  held: string;
}

export interface BegunSignIn {
  state: string;
  expiresAt: Date;
}

export interface WaitingSignIn extends SignInSecrets {
  purpose: Purpose;
  provider: string;
  /** Since it was begun. */
  tookMs: number;
}

/** Sign-ins between their beginning and the answer of the provider. Platform scope. */
@Injectable()
export class SignInsRepository {
  constructor(private readonly secrets: SecretBox) {}

  async insert(
    tx: Transaction,
    owner: SignInOwner,
    provider: string,
    secrets: SignInSecrets,
  ): Promise<BegunSignIn> {
    const state = randomBytes(STATE_BYTES).toString('base64url');
    const stateHash = hashToken(state);
    const sealed = this.secrets.seal(Buffer.from(JSON.stringify(secrets)), stateHash);
    const expiresAt = minutesAfter(tx.now, LIFETIME_MINUTES);
    const { purpose, held } = owner;
    const parameters = [stateHash, hashToken(held), purpose, provider, sealed, tx.now, expiresAt];
    await tx.execute(INSERT, parameters);
    return { state, expiresAt };
  }

  /** Uses it up: of concurrent calls, one gets it. @returns null where there is none, or it is not of this browser */
  async take(
    tx: Transaction,
    state: string,
    held: string,
    purposes: Purpose[],
  ): Promise<WaitingSignIn | null> {
    const stateHash = hashToken(state);
    const [row] = await tx.query<TakenRow>(TAKE, [stateHash, hashToken(held), purposes, tx.now]);
    if (!row) return null;
    const { sealed, createdAt, ...waiting } = row;
    const tookMs = tx.now.getTime() - createdAt.getTime();
    const secrets = this.secrets.open(sealed, stateHash).toString();
    return { ...waiting, tookMs, ...(JSON.parse(secrets) as SignInSecrets) };
  }

  /** Deletes what was never finished. */
  async prune(tx: Transaction): Promise<void> {
    await tx.execute('DELETE FROM sign_ins WHERE expires_at < $1', [tx.now]);
  }
}

interface TakenRow {
  purpose: Purpose;
  provider: string;
  createdAt: Date;
  sealed: Buffer;
}

const INSERT = `
  INSERT INTO sign_ins (state_hash, owner_hash, purpose, provider, secrets, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

const TAKE = `
  DELETE FROM sign_ins
  WHERE state_hash = $1 AND owner_hash = $2 AND purpose = ANY ($3) AND expires_at > $4
  RETURNING purpose, provider, created_at AS "createdAt", secrets AS sealed`;
