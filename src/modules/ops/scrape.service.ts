import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { unauthenticated } from '../../common/problems';
import { hashToken } from '../../common/token';
import { CONFIG, type Config } from '../../platform/config/config';
import { Exposition } from '../../platform/metrics/exposition';

const BEARER = /^bearer +(\S+)$/i;

@Injectable()
export class ScrapeService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly exposition: Exposition,
  ) {}

  /** @throws 401 unauthenticated where a token is required and this is another one */
  async scrape(authorization: string | undefined): Promise<string> {
    const { metricsToken } = this.config;
    if (metricsToken && !bearsToken(authorization, metricsToken))
      throw unauthenticated({ detail: 'The token of METRICS_TOKEN is required.' });
    return this.exposition.toText();
  }
}

/** Compares hashes: they have equal length, and the time reveals nothing about the token. */
function bearsToken(authorization: string | undefined, token: string): boolean {
  const given = BEARER.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hashToken(given), hashToken(token));
}
