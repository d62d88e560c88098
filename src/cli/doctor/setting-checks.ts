import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Config } from '../../platform/config/config';
import { fail, ok, warn, type Finding } from './finding';

const ENOUGH_BITS = 128;
const SHORTEST_TOKEN = 24;
const MEBIBYTE = 1024 * 1024;
const SCARCE_BYTES = 1024 * MEBIBYTE;
const TOO_FEW_BYTES = 200 * MEBIBYTE;

/** Fragments of secrets in examples and documentation. */
const KNOWN =
  /change.?me|example|secret|password|passphrase|tenantry|your.?key|123456|abcdef|qwert/i;
const WORDS = /^[a-z]+([ ,.'_-]+[a-z]+){2,}$/i;

/** Names and addresses that no other machine reaches (RFC 2606, RFC 6761, RFC 6762). */
const RESERVED =
  /^(.*\.)?(localhost|local|localdomain|test|example|invalid|example\.(com|net|org))$|^127\.|^0\.0\.0\.0$|^\[::1?\]$/i;
const SENDER_DOMAIN = /@([^\s@<>]+)>?\s*$/;

type Environment = Pick<Config, 'environment'>;

export function checkSecretKey(config: Environment & Pick<Config, 'secretKey'>): Finding {
  const weakness = weaknessOf(config.secretKey);
  if (!weakness) return ok('SECRET_KEY', 'appears random');
  const fix =
    'Make one with `openssl rand -hex 32`, before there are accounts: another key invalidates all passwords.';
  return grave(config)('SECRET_KEY', `it can be guessed: ${weakness}`, fix);
}

export function checkMetricsToken(config: Environment & Pick<Config, 'metricsToken'>): Finding {
  const { metricsToken } = config;
  if (metricsToken === null) return ok('METRICS_TOKEN', 'unset: /metrics needs no token');
  const isShort = metricsToken.length < SHORTEST_TOKEN;
  const weakness = isShort ? `it has ${metricsToken.length} characters` : weaknessOf(metricsToken);
  if (!weakness) return ok('METRICS_TOKEN', 'long enough');
  const fix = 'Make one with `openssl rand -hex 24`, here and in the configuration of Prometheus.';
  return grave(config)('METRICS_TOKEN', `it can be guessed: ${weakness}`, fix);
}

/**
 * Links in mails contain keys, which an unencrypted request exposes on its way.
 * @param serverUrl where the server answers: links use it where APP_URL is unset
 */
export function checkAppUrl(
  { environment, givenUrls }: Environment & Pick<Config, 'givenUrls'>,
  serverUrl: string,
): Finding {
  const appUrl = givenUrls.app ?? serverUrl;
  const detail = givenUrls.app ?? `unset: links in mails use ${serverUrl}`;
  if (environment !== 'production') return ok('APP_URL', detail);
  const fix = 'Set APP_URL to the https:// address where people find the application.';
  if (RESERVED.test(new URL(appUrl).hostname))
    return fail('APP_URL', `${appUrl} cannot be reached by others, and links in mails use it`, fix);
  if (appUrl.startsWith('https://')) return ok('APP_URL', detail);
  return fail('APP_URL', `${appUrl} is not encrypted, and links in mails use it`, fix);
}

/** Mail servers refuse a sender whose domain cannot exist, such as that of the default. */
export function checkMailFrom({
  environment,
  mailFrom,
}: Environment & Pick<Config, 'mailFrom'>): Finding {
  const domain = SENDER_DOMAIN.exec(mailFrom)?.[1] ?? '';
  const isUsable = domain.includes('.') && !RESERVED.test(domain);
  if (environment !== 'production' || isUsable) return ok('MAIL_FROM', mailFrom);
  const fix =
    'Set MAIL_FROM to an address of your domain, whose SPF and DKIM records allow the server of SMTP_URL.';
  return fail('MAIL_FROM', `mail servers refuse the sender ${mailFrom}`, fix);
}

export async function checkDisk({
  dataDirectory,
}: Pick<Config, 'dataDirectory'>): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestFolder(dataDirectory));
  return judgeRoom(bavail * bsize);
}

export function judgeRoom(freeBytes: number): Finding {
  const detail = `${Math.floor(freeBytes / MEBIBYTE)} MiB are free for DATA_DIR`;
  if (freeBytes >= SCARCE_BYTES) return ok('disk', detail);
  const fix = 'Free space, or move DATA_DIR to a larger file system.';
  return freeBytes < TOO_FEW_BYTES ? fail('disk', detail, fix) : warn('disk', detail, fix);
}

/** The closest existing folder above a DATA_DIR that is not there yet. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** A weak secret is a failure in production, and a warning elsewhere. */
function grave({ environment }: Environment): typeof fail {
  return environment === 'production' ? fail : warn;
}

function weaknessOf(secret: string): string | null {
  if (KNOWN.test(secret)) return 'part of it appears in examples';
  if (WORDS.test(secret)) return 'it is made of words';
  return bitsOf(secret) < ENOUGH_BITS ? 'it has few different characters or repeats itself' : null;
}

/** An upper bound: the smaller of the entropy of single characters and the size that deflate reaches. */
function bitsOf(secret: string): number {
  const characters = [...secret];
  const counts = new Map<string, number>();
  for (const each of characters) counts.set(each, (counts.get(each) ?? 0) + 1);
  const drawn = [...counts.values()].reduce(
    (bits, count) => bits + count * Math.log2(characters.length / count),
    0,
  );
  return Math.min(drawn, 8 * deflateRawSync(secret).length);
}
