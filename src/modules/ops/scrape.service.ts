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

  /** @throws 401 unauthenticated where a token is asked for and this is another */
  async scrape(authorization: string | undefined): Promise<string> {
    const { metricsToken } = this.config;
    if (metricsToken && !bearsToken(authorization, metricsToken))
      throw unauthenticated({ detail: 'The token of METRICS_TOKEN is needed.' });
    return this.exposition.toText();
  }
}

/** Compares hashes: they are of one length, and the time it takes tells nothing of the token. */
function bearsToken(authorization: string | undefined, token: string): boolean {
  const given = BEARER.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hashToken(given), hashToken(token));
}
