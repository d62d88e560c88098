// Other implementations of POST /v1/recordings, behind the same guard and validation, to compare with.
const path = require('node:path');
const { Body, Controller, Get, Inject, Post } = require('@nestjs/common');

const dist = (file) => require(path.join(__dirname, '..', '..', 'dist', 'src', file));
const { Access } = dist('common/access/access.decorator.js');
const { newId } = dist('common/ids.js');
const { Database } = dist('platform/database/database.js');
const { Ctx } = dist('platform/http/request.js');
const { CreateRecordingRequest } = dist('product/recordings/dto/recording.requests.js');
const { CreatedRecordingResponse } = dist('product/recordings/dto/recording.responses.js');
const { Recording } = dist('product/recordings/recording.entity.js');
const { Subscription } = dist('modules/subscriptions/subscription.entity.js');
const { RequestContext } = dist('common/request-context.js');
const { Plan } = dist('modules/plans/plan.entity.js');
const { SINGLE_STATEMENT } = require('./single-statement');

class RivalsController {
  constructor(database) {
    this.database = database;
  }

  /** The same route without the database. */
  withoutDatabase(_context, body) {
    return answer(toRow('0', body), 1, new Date(0));
  }

  /** The usual ORM code: lock the counter, read, compare, insert, save. */
  plainWay(context, body) {
    return this.database.transaction(ofJob(context), async (tx) => {
      const businessId = tx.requireBusinessId();
      const [counter] = await tx.query(
        `SELECT used FROM usage_counters WHERE business_id = $1 AND feature = 'recordings' FOR UPDATE`,
        [businessId],
      );
      const subscription = await tx
        .repository(Subscription)
        .findOneByOrFail({ businessId, isCurrent: true });
      const plan = await tx.repository(Plan).findOneByOrFail({ id: subscription.planId });
      if (Number(counter.used) >= plan.grants.recordings.limit)
        throw new Error('the quota is used up');
      const row = toRow(businessId, body);
      const { id: subscriptionId, periodOrdinal, periodEnd } = subscription;
      await tx
        .repository(Recording)
        .save({ ...row, subscriptionId, periodOrdinal, createdAt: tx.now, deletedAt: null });
      await tx.query(
        `UPDATE usage_counters SET used = used + 1 WHERE business_id = $1 AND feature = 'recordings'`,
        [businessId],
      );
      return answer({ ...row, createdAt: tx.now }, Number(counter.used) + 1, periodEnd);
    });
  }

  /** One statement per recording, in its own transaction. */
  singleStatement(context, body) {
    return this.database.transaction(ofJob(context), async (tx) => {
      const row = toRow(tx.requireBusinessId(), body);
      const { businessId, id, externalId, applicationId, startedAt, durationMs, device, metadata } =
        row;
      const [done] = await tx.query(SINGLE_STATEMENT, [
        ...[businessId, id, externalId, applicationId, startedAt, durationMs],
        ...[device && JSON.stringify(device), metadata && JSON.stringify(metadata), tx.now],
      ]);
      return answer({ ...row, createdAt: done.created_at }, Number(done.used), done.resets_at);
    });
  }

  /** The least that is durable: one row, no tenant, no quota. */
  async bareInsert(context, body) {
    const row = toRow('0', body);
    await this.database.statement(
      ofJob(context),
      'INSERT INTO bench_rows (id, payload) VALUES ($1, $2) RETURNING id',
      [row.id, JSON.stringify(row)],
    );
    return answer(row, 1, new Date(0));
  }

  /** A route that does nothing, behind the guard. */
  nothing() {
    return { ok: true };
  }
}

/** No share of the connections limits a job: what a rival has left unanswered would refuse the next one's requests. */
function ofJob({ businessId }) {
  return RequestContext.job('bench', businessId);
}

function toRow(businessId, body) {
  const { externalId, applicationId = null, startedAt, durationMs, device, metadata } = body;
  return {
    ...{ businessId, id: newId(), externalId, applicationId, startedAt: new Date(startedAt) },
    ...{ durationMs, device: device ?? null, metadata: metadata ?? null },
    createdAt: new Date(0),
  };
}

function answer({ businessId: _, ...recording }, used, resetsAt) {
  return { ...recording, usage: { used, limit: 1e9, remaining: 1e9 - used, resetsAt, credits: 0 } };
}

decorate('withoutDatabase', 'without-database');
decorate('plainWay', 'plain-way');
decorate('singleStatement', 'single-statement');
decorate('bareInsert', 'bare-insert');

function decorate(method, route) {
  const prototype = RivalsController.prototype;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method);
  Ctx()(prototype, method, 0);
  Body()(prototype, method, 1);
  Reflect.defineMetadata('design:paramtypes', [Object, CreateRecordingRequest], prototype, method);
  Post(route)(prototype, method, descriptor);
  const access = { audience: 'sdk', action: `bench.${method}`, summary: route, status: 201 };
  Access({ ...access, answers: CreatedRecordingResponse })(prototype, method, descriptor);
}

const nothing = Object.getOwnPropertyDescriptor(RivalsController.prototype, 'nothing');
Get('nothing')(RivalsController.prototype, 'nothing', nothing);
Access({ audience: 'dashboard', action: 'bench.nothing', summary: 'nothing', status: 200 })(
  RivalsController.prototype,
  'nothing',
  nothing,
);
Inject(Database)(RivalsController, undefined, 0);
Controller('bench')(RivalsController);

module.exports = { RivalsController };
