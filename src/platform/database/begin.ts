import { isId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { setLocal } from './settings';
import type { Scope } from './transaction';

/** Fits into application_name, of which PostgreSQL keeps 63 bytes and no other characters. */
const REASON = /^[\x20-\x7e]{1,53}$/;

/**
 * BEGIN with what row-level security, the audit trigger and the time-outs stand on, and the database's time.
 * One text is one round trip. SET LOCAL, since a proxy that distributes passes it on to the servers behind it, which
 * it does not do with set_config().
 * @throws Error for a business that is no id, and for a NUL, which would end the text
 */
export function beginText(
  context: RequestContext,
  scope: Scope,
  { statementTimeoutMs, reason }: { statementTimeoutMs: number; reason?: string },
): string {
  const { kind, id, email } = context.actor;
  return [
    'BEGIN',
    setLocal('app.business_ids', tenantsOf(context.businessId)),
    setLocal('app.scope', scope),
    setLocal('app.actor', JSON.stringify({ kind, id, email })),
    setLocal('app.on_behalf_of', context.onBehalfOf ?? ''),
    setLocal('app.action', context.action),
    setLocal('app.ip', context.ip ?? ''),
    setLocal('app.request_id', context.requestId),
    setLocal('app.support_session', context.supportSessionId ?? ''),
    setLocal('statement_timeout', String(statementTimeoutMs)),
    setLocal('idle_in_transaction_session_timeout', String(2 * statementTimeoutMs)),
    ...(reason === undefined ? [] : [setReason(reason)]),
    'SELECT now() AS now',
  ].join('; ');
}

/** For the rest of the transaction every tenant is seen. */
export function liftText(reason: string): string {
  return `${setLocal('app.scope', 'platform')}; ${setReason(reason)}`;
}

/** Back to the tenant of BEGIN. */
export const LOWER_TEXT = `${setLocal('app.scope', 'tenant')}; SET LOCAL application_name TO DEFAULT`;

/** pg_stat_activity shows it, and a log whose log_line_prefix has %a. */
function setReason(reason: string): string {
  if (!REASON.test(reason)) throw new Error(`not a reason of 1 to 53 ASCII characters: ${reason}`);
  return setLocal('application_name', `platform: ${reason}`);
}

function tenantsOf(businessId: string | null): string {
  if (businessId === null) return '';
  if (!isId(businessId)) throw new Error('the business of a transaction is no id');
  return `{${businessId}}`;
}
