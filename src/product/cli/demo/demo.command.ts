import type { INestApplicationContext } from '@nestjs/common';
import { RequestContext } from '../../../common/request-context';
import { RenewalService } from '../../../modules/subscriptions/renewal/renewal.service';
import { TimeShiftService } from '../../../modules/ops/time-shift.service';
import { loadConfig } from '../../../platform/config/config';
import { ApiClient } from '../../../cli/demo/api-client';
import { Stage } from '../../../cli/demo/stage';
import { Story, type TimeMachine } from './story';
import { CommandFailure } from '../../../cli/support/failure';
import { isServing, readAddress } from '../../../cli/support/running-server';
import { withApplication } from '../../../cli/support/with-application';

export interface DemoOptions {
  url?: string;
}

/** `demo`: a day of a customer's life, against a running server on the same database. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const config = loadConfig();
  if (config.environment === 'production')
    throw new CommandFailure('the demo shifts time, which production does not allow');
  const url = options.url ?? readAddress(config);
  if (!url) throw new CommandFailure('no server is running; start one with: npm start');
  if (!(await isServing(url)))
    throw new CommandFailure(`no server answers at ${url}; start one with: npm start`);
  const stage = new Stage();
  await withApplication((application) =>
    new Story(new ApiClient(url, stage), stage, timeMachine(application)).play(),
  );
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
