import { SpanKind, type SpanContext } from '@opentelemetry/api';
import type { JobHelpers, Task } from 'graphile-worker';
import type { Logger } from 'pino';
import { monotonicMs } from '../../common/clock';
import { cleanForeignText, messageOf } from '../../common/foreign-text';
import { RequestContext } from '../../common/request-context';
import { startSpan, untilEnd } from '../../common/trace';
import { runInLogScope, type LogScope } from '../logging/log-scope';
import { PermanentFailure } from './permanent-failure';
import { receivePayload, type ReceivedPayload } from './job-origin';

export type Handler = (context: RequestContext, payload: unknown) => Promise<void>;

interface Run {
  name: string;
  id: string;
  tries: number;
  maximumTries: number;
}

/** Makes graphile's task of a handler: in the trace of the enqueuer, with one log line per try. */
export function asTask(name: string, handler: Handler, logger: Logger): Task {
  return (given, helpers) => {
    const { job } = helpers;
    const received = receivePayload(given);
    const span = startSpan(`job ${name}`, received.parent, { kind: SpanKind.CONSUMER });
    const trace = span.spanContext();
    const context = RequestContext.job(name).with({ trace, connection: { isHeld: false } });
    const run = { name, id: job.id, tries: job.attempts, maximumTries: job.max_attempts };
    return runInLogScope(scopeOf(context, trace, received), () =>
      logged(run, logger, () =>
        untilEnd(span, () => lastTryIfPermanent(helpers, run, handler(context, received.payload))),
      ),
    );
  };
}

/** The job itself runs without a tenant; its log lines carry the ids of the enqueuer. */
function scopeOf(context: RequestContext, trace: SpanContext, received: ReceivedPayload): LogScope {
  const { businessId, actorId, supportSessionId } = received;
  const actor = { id: actorId ?? context.actor.id };
  return { id: context.requestId, trace, requestContext: { businessId, actor, supportSessionId } };
}

const LAST_TRY = 'UPDATE graphile_worker._private_jobs SET max_attempts = attempts WHERE id = $1';

/** The queue knows no failure that is permanent: such a job has had its last try. */
async function lastTryIfPermanent(
  helpers: JobHelpers,
  run: Run,
  work: Promise<void>,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PermanentFailure) {
      await helpers.query(LAST_TRY, [run.id]);
      run.maximumTries = run.tries;
    }
    throw error;
  }
}

async function logged(run: Run, logger: Logger, work: () => Promise<void>): Promise<void> {
  const { name, tries, maximumTries } = run;
  const startedAtMs = monotonicMs();
  const facts = () => ({
    job: { id: run.id, name, tries, maximumTries },
    durationMs: Math.round((monotonicMs() - startedAtMs) * 10) / 10,
  });
  try {
    await work();
    logger.info(facts(), `job ${name} is done`);
  } catch (error) {
    const what = tries >= maximumTries ? 'failed for the last time' : 'failed and will be retried';
    logger.warn(facts(), `job ${name} ${what}: ${messageOf(error)}`);
    throw storable(error);
  }
}

/**
 * The queue stores the message: a job whose message PostgreSQL refuses could never be marked as failed. It logs the
 * stack.
 */
function storable(thrown: unknown): Error {
  const error = new Error(messageOf(thrown));
  if (thrown instanceof Error && thrown.stack) error.stack = cleanForeignText(thrown.stack);
  return error;
}
