import { isId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { setLocal } from './settings';
import type { Scope } from './transaction';

/** Fits into application_name: PostgreSQL keeps 63 printable ASCII characters. */
const REASON = /^[\x20-\x7e]{1,53}$/;

/**
 * BEGIN with the settings that row-level security, the audit trigger and the time-outs need, and the database's time,
 * in one round trip. SET LOCAL rather than set_config(): a distributing proxy passes it on to the servers behind it.
 * @throws Error for a business id that is not a UUID, and for a NUL, which would end the text
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

/**
 * BEGIN of a transaction that only reads: of the settings, what row-level security needs, since no audit trigger will
 * run. All of its statements see the same moment.
 */
export function beginReadText(
  { businessId }: RequestContext,
  { statementTimeoutMs }: { statementTimeoutMs: number },
): string {
  return [
    'BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ',
    setLocal('app.business_ids', tenantsOf(businessId)),
    setLocal('app.scope', 'tenant'),
    setLocal('statement_timeout', String(statementTimeoutMs)),
  ].join('; ');
}

/** Options of a connection that sees every tenant: that of migrations and of `doctor`, which have no `Database`. */
export const PLATFORM_OPTIONS = '-c app.scope=platform';

/** Shows every tenant for the rest of the transaction. */
export function liftText(reason: string): string {
  return `${setLocal('app.scope', 'platform')}; ${setReason(reason)}`;
}

/** Returns to the tenant of BEGIN. */
export const LOWER_TEXT = `${setLocal('app.scope', 'tenant')}; SET LOCAL application_name TO DEFAULT`;

/** pg_stat_activity shows it, and logs whose log_line_prefix has %a. */
function setReason(reason: string): string {
  if (!REASON.test(reason)) throw new Error(`not a reason of 1 to 53 ASCII characters: ${reason}`);
  return setLocal('application_name', `platform: ${reason}`);
}

function tenantsOf(businessId: string | null): string {
  if (businessId === null) return '';
  if (!isId(businessId)) throw new Error('the business of a transaction is no id');
  return `{${businessId}}`;
}
