import { Body, Controller, Delete, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { sessionOfCompany } from '../accounts/accounts.errors';
import { identityTaken, lastWayIn } from '../identity/identity.errors';
import {
  BeginOwnSignInRequest,
  BegunOwnSignInResponse,
  FinishedOwnSignInResponse,
  ProviderAnswerRequest,
  IdentitiesResponse,
  IdentityResponse,
  LinkIdentityRequest,
} from './dto/sign-ins';
import type { OwnIdentity } from '../identity/identities.repository';
import { OwnSignInsService } from './own-sign-ins.service';
import { ProvidersService } from './providers.service';
import { SignInFlowService } from './sign-in-flow.service';
import {
  emailNotProven,
  emailNotVerified,
  foreignTokenInvalid,
  identityNotFound,
  issuerUnavailable,
  linkTokenInvalid,
  proofNotFresh,
  providerNotFound,
  signInExpired,
  signInInvalid,
  signInRefused,
} from './sign-in.errors';

const OWN = { audience: 'dashboard', withoutBusiness: true, whileDeactivated: true } as const;

@ApiTags('Me')
@Controller('v1/me')
export class OwnSignInsController {
  constructor(
    private readonly own: OwnSignInsService,
    private readonly flow: SignInFlowService,
    private readonly providers: ProvidersService,
  ) {}

  @Get('identities')
  @Access({
    ...OWN,
    action: 'identity.list',
    summary: 'The sign-ins with identity providers that open my account',
    status: 200,
    answers: IdentitiesResponse,
  })
  async list(@Ctx() context: RequestContext): Promise<IdentitiesResponse> {
    const identities = await this.own.list(context);
    return { data: identities.map((identity) => this.toResponse(identity)) };
  }

  @Post('identities')
  @Access({
    ...OWN,
    action: 'identity.link',
    summary: 'Link a sign-in that was refused because my account was there already',
    status: 201,
    answers: IdentityResponse,
    problems: [
      foreignTokenInvalid,
      emailNotProven,
      emailNotVerified,
      sessionOfCompany,
      identityTaken,
      linkTokenInvalid,
      issuerUnavailable,
      rateLimitedProblem,
    ],
    idempotency: 'none',
    stepUp: true,
  })
  async link(
    @Ctx() context: RequestContext,
    @Body() { linkToken, token }: LinkIdentityRequest,
  ): Promise<IdentityResponse> {
    if ((linkToken === undefined) === (token === undefined)) throw notOne();
    const linked =
      linkToken === undefined
        ? await this.own.linkByForeignToken(context, token!)
        : await this.own.linkByToken(context, linkToken);
    return this.toResponse(linked);
  }

  @Delete('identities/:id')
  @Access({
    ...OWN,
    action: 'identity.unlink',
    summary: 'Unlink one: it opens my account no longer',
    status: 204,
    problems: [identityNotFound, lastWayIn],
    stepUp: true,
  })
  async unlink(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.own.unlink(context, id);
  }

  @Post('sign-ins')
  @Access({
    ...OWN,
    action: 'sign_in.begin_own',
    summary: 'Begin to link an identity provider, or to prove with it who I am',
    description: 'As POST /v1/auth/sign-ins; the session takes the place of `handle`.',
    status: 201,
    answers: BegunOwnSignInResponse,
    problems: [providerNotFound, issuerUnavailable],
    idempotency: 'none',
    stepUp: ({ purpose }) => purpose === 'link',
  })
  async begin(
    @Ctx() context: RequestContext,
    @Body() { purpose, ...body }: BeginOwnSignInRequest,
  ): Promise<BegunOwnSignInResponse> {
    const owner = { purpose, held: context.requirePerson().sessionId };
    const { url, expiresAt } = await this.flow.begin(context, owner, body);
    return { url, expiresAt: expiresAt.toISOString() };
  }

  @Post('sign-ins/finish')
  @Access({
    ...OWN,
    action: 'sign_in.finish_own',
    summary: 'Link it, or note the proof, with what the identity provider has answered',
    status: 200,
    answers: FinishedOwnSignInResponse,
    problems: [
      signInInvalid,
      emailNotProven,
      emailNotVerified,
      sessionOfCompany,
      proofNotFresh,
      signInRefused,
      identityNotFound,
      providerNotFound,
      identityTaken,
      signInExpired,
      issuerUnavailable,
    ],
    idempotency: 'none',
    ownAllowance: true,
  })
  async finish(
    @Ctx() context: RequestContext,
    @Body() body: ProviderAnswerRequest,
  ): Promise<FinishedOwnSignInResponse> {
    return { purpose: await this.own.finish(context, body) };
  }

  private toResponse(identity: OwnIdentity): IdentityResponse {
    const { id, issuer, email, createdAt, lastUsedAt } = identity;
    const provider = this.providers.nameOf(issuer);
    const times = { createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() };
    return { id, issuer, provider, email, ...times };
  }
}

function notOne(): Error {
  const detail = 'give exactly one of linkToken, token';
  return validationFailed([{ pointer: '/linkToken', code: 'exactly_one', detail }]);
}
