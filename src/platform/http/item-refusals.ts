import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../common/problem';
import { internalError } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { translateDatabaseError } from '../database/database-errors';
import { writeInLogScope } from '../logging/log-scope';
import { QuotaRefusals } from '../metrics/quota-refusals';

/** What a failing item of a batch is answered with, as the problem filter does for a request. */
@Injectable()
export class ItemRefusals {
  private readonly logger = new Logger(ItemRefusals.name);

  constructor(private readonly refusals: QuotaRefusals) {}

  /** Logs what is no problem of its own. @returns the problem; call once for each item, since refusals by quota are counted */
  of(context: RequestContext, error: unknown): DomainError {
    const translated = translateDatabaseError(error);
    const refusal =
      translated instanceof DomainError ? translated : this.toInternalError(context, error);
    this.refusals.observe(refusal);
    return refusal;
  }

  private toInternalError(context: RequestContext, error: unknown): DomainError {
    const scope = { id: context.requestId, trace: context.trace, requestContext: context };
    writeInLogScope(scope, () =>
      this.logger.error(`an item of a batch failed: ${(error as Error).stack}`),
    );
    return internalError({ cause: error });
  }
}
