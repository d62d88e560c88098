import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { OutboundClient } from '../../platform/outbound/outbound-client';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';
import type { Provider } from './provider';

interface Address {
  email?: unknown;
  primary?: unknown;
  verified?: unknown;
}

/** Who a person is to GitHub, which has no ID token: by its REST API, as claims of OpenID Connect. */
@Injectable()
export class GitHubUsers {
  constructor(private readonly outbound: OutboundClient) {}

  /** @throws OutboundFailure */
  async read(
    context: RequestContext,
    { apiUrl }: Provider,
    accessToken: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const user = (await this.get(context, `${apiUrl}/user`, accessToken)) as {
      id?: unknown;
      name?: unknown;
    };
    if (typeof user.id !== 'number') throw new OutboundFailure('unusable', 'GitHub named no user.');
    const addresses = await this.get(context, `${apiUrl}/user/emails`, accessToken);
    const listed = Array.isArray(addresses) ? (addresses as Address[]) : [];
    const primary = listed.find((each) => each.primary === true && each.verified === true);
    const email = { email: primary?.email, email_verified: primary !== undefined };
    return { sub: String(user.id), name: user.name, ...email };
  }

  private async get(context: RequestContext, url: string, accessToken: string): Promise<object> {
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${accessToken}`,
      'user-agent': 'tenantry',
    };
    const answer = await this.outbound.send(context, { method: 'GET', url, headers });
    const parsed: unknown = answer.status === 200 ? parse(answer.body.toString()) : null;
    if (typeof parsed === 'object' && parsed !== null) return parsed;
    throw new OutboundFailure('unusable', `${url} answered ${answer.status}.`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
