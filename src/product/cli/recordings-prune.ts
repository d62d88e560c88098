import { RequestContext } from '../../common/request-context';
import { PRUNE_RECORDINGS, RetentionService } from '../recordings/retention.service';
import { countOf, print, printJson } from '../../cli/support/output';
import { showProgress } from '../../cli/support/progress';
import { withApplication } from '../../cli/support/with-application';

export interface PruneOptions {
  olderThan: number;
  json?: boolean;
}

/** `recordings:prune`: deletes recordings older than a number of days, of all businesses. */
export async function runRecordingsPrune({ olderThan, json }: PruneOptions): Promise<void> {
  const pruned = await withApplication(async (application) => {
    const progress = showProgress('Pruning');
    const context = RequestContext.job(PRUNE_RECORDINGS);
    try {
      const retention = application.get(RetentionService);
      return await retention.prune(context, olderThan, (done) => progress.report(done));
    } finally {
      progress.end();
    }
  });
  if (json) printJson({ pruned });
  else print(`${countOf(pruned, 'recording', 'recordings')} older than ${olderThan} days deleted.`);
}
