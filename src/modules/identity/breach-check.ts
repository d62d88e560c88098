import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../../platform/config/config';
import { LOGGER } from '../../platform/logging/logger';

const PREFIX_LENGTH = 5;
const TIMEOUT_MS = 500;

/**
 * Asks a range API, like that of Have I Been Pwned, whether a password was in a breach. It receives only the first 5 of
 * 40 digits of a SHA-1 (k-anonymity). Off without BREACH_CHECK_URL. It fails open: without an answer within 500 ms the
 * password is accepted.
 */
@Injectable()
export class BreachCheck {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'breachCheckUrl'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  async isBreached(password: string): Promise<boolean> {
    const { breachCheckUrl } = this.config;
    if (breachCheckUrl === null) return false;
    const digest = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
    try {
      const range = await fetchRange(`${breachCheckUrl}/${digest.slice(0, PREFIX_LENGTH)}`);
      return hasSuffix(range, digest.slice(PREFIX_LENGTH));
    } catch (error) {
      this.logger.warn({ reason: (error as Error).name }, 'the breach check did not answer');
      return false;
    }
  }
}

async function fetchRange(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { 'Add-Padding': 'true', 'User-Agent': 'tenantry' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.text();
}

/** Lines of `suffix:count`; padding has the count 0. */
function hasSuffix(range: string, suffix: string): boolean {
  const line = range.split(/\r?\n/).find((each) => each.toUpperCase().startsWith(`${suffix}:`));
  return line !== undefined && Number(line.slice(suffix.length + 1)) > 0;
}
