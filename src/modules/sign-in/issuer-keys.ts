import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { monotonicMs } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import type { TrustedIssuer } from '../../platform/config/trusted-issuers';
import { discoveryUrlOf, readJsonDocument } from '../../platform/outbound/json-document';
import { OutboundClient } from '../../platform/outbound/outbound-client';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';

/** Whatever key a token names, and whether the issuer answers or not. */
const ASKED_AT_MOST_EVERY_MS = 30_000;
/** A key that the issuer withdraws works no longer than this. */
const ASKED_AT_LEAST_EVERY_MS = 10 * 60_000;

interface Asked {
  at: number;
  keys: Promise<JSONWebKeySet>;
}

/** The public keys of the trusted issuers, as one process knows them. Concurrent questions share one request. */
@Injectable()
export class IssuerKeys {
  private readonly asked = new Map<string, Asked>();

  constructor(private readonly outbound: OutboundClient) {}

  /** @throws OutboundFailure */
  find(context: RequestContext, issuer: TrustedIssuer): Promise<JSONWebKeySet> {
    return this.notOlderThan(ASKED_AT_LEAST_EVERY_MS, context, issuer);
  }

  /** For a token whose key is not among them: the issuer may have a new one. @throws OutboundFailure */
  findNewer(context: RequestContext, issuer: TrustedIssuer): Promise<JSONWebKeySet> {
    return this.notOlderThan(ASKED_AT_MOST_EVERY_MS, context, issuer);
  }

  private notOlderThan(
    ageMs: number,
    context: RequestContext,
    issuer: TrustedIssuer,
  ): Promise<JSONWebKeySet> {
    const last = this.asked.get(issuer.issuer);
    if (last && monotonicMs() - last.at < ageMs) return last.keys;
    const keys = this.read(context, issuer);
    const asked = { at: monotonicMs(), keys };
    this.asked.set(issuer.issuer, asked);
    keys.catch(() => this.comeBackSoon(asked));
    return keys;
  }

  /** A failure is an answer for 30 seconds only. */
  private comeBackSoon(asked: Asked): void {
    asked.at -= ASKED_AT_LEAST_EVERY_MS - ASKED_AT_MOST_EVERY_MS;
  }

  private async read(context: RequestContext, issuer: TrustedIssuer): Promise<JSONWebKeySet> {
    const url = issuer.jwksUri ?? (await this.discover(context, issuer.issuer));
    const { keys } = await readJsonDocument(this.outbound, context, url);
    if (!Array.isArray(keys)) throw new OutboundFailure('unusable', `${url} has no keys.`);
    return { keys: keys as JSONWebKeySet['keys'] };
  }

  /** OpenID Connect Discovery 1.0, section 4. */
  private async discover(context: RequestContext, issuer: string): Promise<string> {
    const url = discoveryUrlOf(issuer);
    const document = await readJsonDocument(this.outbound, context, url);
    if (document.issuer !== issuer || typeof document.jwks_uri !== 'string')
      throw new OutboundFailure('unusable', `${url} is not of ${issuer}, or names no keys.`);
    return document.jwks_uri;
  }
}
