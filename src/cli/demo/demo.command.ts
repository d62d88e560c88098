import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { RequestContext } from '../../common/request-context';
import { RenewalService } from '../../modules/subscriptions/renewal/renewal.service';
import { TimeShiftService } from '../../modules/ops/time-shift.service';
import { loadConfig } from '../../platform/config/config';
import { ApiClient, isServing } from './api-client';
import { Stage } from './stage';
import { Story, type TimeMachine } from './story';
import { CommandFailure } from '../support/failure';
import { withApplication } from '../support/with-application';

export interface DemoOptions {
  url?: string;
}

/** `demo`: a day of a customer's life, against a running server on the same database. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { environment, dataDirectory } = loadConfig();
  if (environment === 'production')
    throw new CommandFailure('the demo shifts time, which production does not allow');
  const url = options.url ?? readAddress(join(dataDirectory, 'server.json'));
  if (!url) throw new CommandFailure('no server is running; start one with: npm start');
  if (!(await isServing(url)))
    throw new CommandFailure(`no server answers at ${url}; start one with: npm start`);
  const stage = new Stage();
  await withApplication((application) =>
    new Story(new ApiClient(url, stage), stage, timeMachine(application)).play(),
  );
}

/** A development server writes down its address. */
function readAddress(file: string): string | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url : null;
}

/** `dev:shift-time`, and then the renewal of this business. */
function timeMachine(application: INestApplicationContext): TimeMachine {
  return async (businessId, days) => {
    const shifting = RequestContext.job('dev.shift_time', businessId);
    const shifted = await application.get(TimeShiftService).shift(shifting, days);
    if (!shifted)
      throw new CommandFailure(
        'the server uses another database than this command; set DATABASE_URL or DATA_DIR as for the server',
      );
    const renewing = RequestContext.job('subscription.renew', businessId);
    await application.get(RenewalService).renewOne(renewing);
  };
}
