import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { validationFailed } from '../../common/problems';
import { requestOf } from './request';
import { escapePointer } from './strict-json';

type Handler = ReturnType<ExecutionContext['getHandler']>;

interface DeclaredInput {
  body: boolean;
  query: boolean;
}

/**
 * Refuses query parameters and bodies that a route does not declare. Runs after the access guard, so that anonymous
 * callers learn nothing from it. A guard rather than an interceptor, which would wrap every answer in an Observable.
 */
@Injectable()
export class StrictInputGuard implements CanActivate {
  private readonly declared = new WeakMap<object, DeclaredInput>();

  canActivate(context: ExecutionContext): boolean {
    this.assertDeclared(context.getClass(), context.getHandler(), requestOf(context));
    return true;
  }

  /** @throws 422 validation_failed */
  assertDeclared(controller: object, handler: Handler, { query, body }: FastifyRequest): void {
    const declared = this.declaredBy(controller, handler);
    if (!declared.query) refuseFields(query, 'is not a parameter of this route');
    if (!declared.body) refuseFields(body, 'is not a field of this request');
  }

  private declaredBy(controller: object, handler: Handler): DeclaredInput {
    const known = this.declared.get(handler) ?? readDeclaration(controller, handler.name);
    this.declared.set(handler, known);
    return known;
  }
}

function readDeclaration(controller: object, handlerName: string): DeclaredInput {
  const parameters = Object.keys(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handlerName) ?? {}) as object,
  );
  const has = (type: RouteParamtypes) =>
    parameters.some((parameter) => parameter.startsWith(`${type}:`));
  return { body: has(RouteParamtypes.BODY), query: has(RouteParamtypes.QUERY) };
}

function refuseFields(given: unknown, detail: string): void {
  if (given === undefined || given === null) return;
  if (typeof given !== 'object')
    throw validationFailed([{ pointer: '', code: 'type', detail: 'no body is expected' }]);
  const faults = Object.keys(given).map((key) => ({
    pointer: `/${escapePointer(key)}`,
    code: 'unknown_field',
    detail,
  }));
  if (faults.length > 0) throw validationFailed(faults);
}
