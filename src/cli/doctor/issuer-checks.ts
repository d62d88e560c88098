import { RequestContext } from '../../common/request-context';
import type { Config } from '../../platform/config/config';
import { discoveryUrlOf, readJsonDocument } from '../../platform/outbound/json-document';
import { NameResolver } from '../../platform/outbound/name-resolver';
import { OutboundClient } from '../../platform/outbound/outbound-client';
import { fail, messageOf, ok, type Finding } from './finding';

interface Asked {
  check: string;
  url: string;
  /** Where the document names the issuer. */
  issuer: string | null;
}

/** Whether each identity provider and each trusted issuer answers with what signing in needs. */
export function checkIssuers(config: Config): Promise<Finding[]> {
  const client = new OutboundClient(config, new NameResolver());
  return Promise.all(listAsked(config).map((asked) => check(client, asked)));
}

function listAsked({ oidcProviders, trustedIssuers }: Config): Asked[] {
  const providers = oidcProviders
    .filter(({ type }) => type === 'oidc') // GitHub has no document to ask for
    .map(({ id, issuer }) => ({ check: `provider ${id}`, url: discoveryUrlOf(issuer), issuer }));
  const issuers = trustedIssuers.map(({ issuer, jwksUri }) => ({
    check: `issuer ${issuer}`,
    url: jwksUri ?? discoveryUrlOf(issuer),
    issuer: jwksUri ? null : issuer,
  }));
  return [...providers, ...issuers];
}

async function check(
  client: OutboundClient,
  { check: name, url, issuer }: Asked,
): Promise<Finding> {
  const fix = `Check the issuer in OIDC_PROVIDERS or TRUSTED_ISSUERS, and DNS and firewall; for a private address, WEBHOOK_ALLOWED_NETWORKS.`;
  try {
    const document = await readJsonDocument(client, RequestContext.job('doctor'), url);
    const isItself = issuer === null || document.issuer === issuer || isOfEachTenant(document);
    return isItself ? ok(name, `${url} answers`) : fail(name, `${url} is of another issuer`, fix);
  } catch (error) {
    return fail(name, messageOf(error), fix);
  }
}

/** Microsoft's `common`: the issuer of a token is that of its tenant. */
function isOfEachTenant({ issuer }: Record<string, unknown>): boolean {
  return issuer === 'https://login.microsoftonline.com/{tenantid}/v2.0';
}
