import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CUSTOM_ROUTE_ARGS_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ModulesContainer } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import { accessOf } from '../../common/access/access.decorator';
import type { FieldClass } from '../../common/fields';
import { ProblemFilter } from '../../platform/http/problem.filter';
import { contextOf } from '../../platform/http/request';
import { RouteTable, type ShortWay } from '../../platform/http/route-table';
import { StrictInputGuard } from '../../platform/http/strict-input.guard';
import { validateFields } from '../../platform/http/validation';
import { AccessGuard } from './access.guard';

type Handler = (...given: unknown[]) => Promise<object>;
type Argument = (request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * Hot routes without what Nest puts around a handler: proxies, an Observable, promises for guards and parameters. Their
 * guards, validation, handler and problems are the same and called in Nest's order. Nest's own way stays for requests
 * with an Idempotency-Key, and for the test that compares both (short-ways.e2e-spec.ts).
 */
@Injectable()
export class ShortWays implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly access: AccessGuard,
    private readonly input: StrictInputGuard,
    private readonly problems: ProblemFilter,
    private readonly routes: RouteTable,
  ) {}

  onModuleInit(): void {
    for (const { controllers } of this.modules.values())
      for (const { instance } of controllers.values())
        for (const handler of hotHandlersOf(instance)) {
          const { action } = accessOf(handler)!;
          this.routes.shortWays.set(action, this.of(instance, handler));
        }
  }

  private of(controller: object, handler: Handler): ShortWay {
    const access = accessOf(handler)!;
    if (access.session)
      throw new Error(`${access.action} opens or ends a session, so it cannot be hot`);
    const givenTo = argumentsOf(controller, handler);
    const of = controller.constructor;
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      await this.access.admitTo(access, request, reply);
      this.input.assertDeclared(of, handler, request);
      reply.code(access.status);
      const given = givenTo.map((give) => give(request, reply));
      const content = await handler.apply(controller, given);
      if (!reply.sent) reply.send(content); // a handler that takes the reply sends it
    };
    return (request, reply) =>
      void answer(request, reply).catch((error: unknown) =>
        this.problems.catch(error, new ExecutionContextHost([request, reply])),
      );
  }
}

function hotHandlersOf(controller: object): Handler[] {
  const prototype = Object.getPrototypeOf(controller) as Record<string, Handler>;
  return Object.getOwnPropertyNames(prototype)
    .map((name) => prototype[name]!)
    .filter((each) => {
      const config: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, each);
      return (config as FastifyContextConfig | undefined)?.isHot;
    });
}

/** @throws Error for a parameter of another kind, when the application starts */
function argumentsOf(controller: object, { name }: Handler): Argument[] {
  const declared: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller.constructor, name);
  const types: unknown = Reflect.getMetadata('design:paramtypes', controller, name);
  const given: Argument[] = [];
  for (const [key, { index }] of Object.entries(declared as Record<string, { index: number }>))
    given[index] = argumentOf(key, (types as FieldClass[])[index]!);
  return given;
}

function argumentOf(key: string, of: FieldClass): Argument {
  if (key.includes(CUSTOM_ROUTE_ARGS_METADATA)) return contextOf;
  if (key.startsWith(`${RouteParamtypes.BODY}:`)) return ({ body }) => validateFields(of, body);
  if (key.startsWith(`${RouteParamtypes.QUERY}:`)) return ({ query }) => validateFields(of, query);
  if (key.startsWith(`${RouteParamtypes.REQUEST}:`)) return (request) => request;
  if (key.startsWith(`${RouteParamtypes.RESPONSE}:`)) return (_, reply) => reply;
  throw new Error(`a hot route has a parameter of a kind that short ways do not give: ${key}`);
}
