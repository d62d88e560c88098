import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import { BusinessRequest } from '../../common/dto/business-request';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { subscriptionBehind, subscriptionInactive } from '../subscriptions/subscriptions.errors';
import { CommitRequest, ReservationResponse, ReserveRequest } from './dto/usage-event';
import type { Reservation } from './reservations.repository';
import { ReservationsService } from './reservations.service';
import {
  OF_AN_EVENT,
  amountAboveReserved,
  counterBusy,
  reservationNotFound,
  reservationSettled,
} from './usage.errors';

const OF_A_RESERVATION = [reservationNotFound, reservationSettled, counterBusy];

/** Units held for work whose size is known only afterwards. */
@ApiTags('Usage events')
@Controller('v1/usage-reservations')
export class ReservationsController {
  constructor(private readonly reservations: ReservationsService) {}

  @Post()
  @Access({
    audience: 'service',
    scope: 'usage:write',
    action: 'usage_reservation.create',
    summary: 'Hold units until their number is known',
    description:
      'What is held is not used yet, and leaves less for everything else. Again with the same `eventId`: 200 with the first reservation.',
    status: 201,
    replayStatus: 200,
    answers: ReservationResponse,
    problems: OF_AN_EVENT,
    idempotency: 'repeatable',
  })
  async reserve(
    @Ctx() context: RequestContext,
    @Body() body: ReserveRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReservationResponse> {
    const { reservation, replayed } = await this.reservations.reserve(context, body);
    if (replayed) void reply.code(200).header('idempotency-replayed', 'true');
    return toReservationResponse(reservation);
  }

  @Post(':id/commit')
  @Access({
    audience: 'service',
    scope: 'usage:write',
    action: 'usage_reservation.commit',
    summary: 'Count what was used of a reservation, and give the rest back',
    description: 'It counts in the current period, and is never refused for want of units.',
    status: 200,
    answers: ReservationResponse,
    problems: [...OF_A_RESERVATION, amountAboveReserved, subscriptionInactive, subscriptionBehind],
  })
  async commit(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: CommitRequest,
  ): Promise<ReservationResponse> {
    return toReservationResponse(await this.reservations.commit(context, id, body));
  }

  @Post(':id/release')
  @Access({
    audience: 'service',
    scope: 'usage:write',
    action: 'usage_reservation.release',
    summary: 'Give back all that a reservation holds; again changes nothing',
    status: 200,
    answers: ReservationResponse,
    problems: OF_A_RESERVATION,
  })
  async release(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() _body: BusinessRequest,
  ): Promise<ReservationResponse> {
    return toReservationResponse(await this.reservations.release(context, id));
  }
}

function toReservationResponse(reservation: Reservation): ReservationResponse {
  const { id, eventId, feature, amount, status, committed, createdAt, expiresAt } = reservation;
  return {
    ...{ id, eventId, feature, amount, status, committed },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
