import { RequestMethod, type INestApplication, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { accessOf, type Access } from '../../../src/common/access/access.decorator';

/** A method of a controller that answers a route. */
export interface Handler {
  /** `ApiKeysController.rotate`, for lists in expectations. */
  name: string;
  /** `POST /v1/api-keys/{id}/rotate` */
  route: string;
  /** What its decorator says; undefined where it was forgotten. */
  access: Access | undefined;
  /** The status that Nest gives when it succeeds. */
  status: number | undefined;
  /** What Fastify's hooks are told of it. */
  config: FastifyContextConfig;
}

/** Every handler of every controller that the application has. */
export function listHandlers(app: INestApplication): Handler[] {
  const scanner = new MetadataScanner();
  return app
    .get(DiscoveryService, { strict: false })
    .getControllers()
    .flatMap(({ metatype }) => handlersOf(metatype as Type<object>, scanner));
}

/** Every route that the router has, as `GET /v1/api-keys/{id}`: read from the router, not from Nest or the document. */
export function listRoutes(app: INestApplication): string[] {
  const fastify = app.getHttpAdapter().getInstance() as FastifyInstance;
  return parseTree(fastify.printRoutes({ commonPrefix: false })).sort();
}

function handlersOf(controller: Type<object>, scanner: MetadataScanner): Handler[] {
  const prototype = controller.prototype as Record<string, object>;
  return scanner.getAllMethodNames(prototype).flatMap((method) => {
    const handler = prototype[method];
    const path = handler && (Reflect.getMetadata(PATH_METADATA, handler) as string | undefined);
    return handler && path !== undefined ? [toHandler(controller, method, handler, path)] : [];
  });
}

function toHandler(
  controller: Type<object>,
  method: string,
  handler: object,
  path: string,
): Handler {
  const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
  const verb = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
  return {
    name: `${controller.name}.${method}`,
    route: `${RequestMethod[verb]} ${withBraces(joined(base, path))}`,
    access: accessOf(handler),
    status: Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined,
    config: (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ??
      {}) as FastifyContextConfig,
  };
}

function joined(...parts: string[]): string {
  const words = parts.flatMap((part) => part.split('/')).filter((word) => word !== '');
  return `/${words.join('/')}`;
}

/** Fastify's and Nest's `:id` in OpenAPI's words. */
function withBraces(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

const LINE = /^((?:[│ ] {3})*)[├└]── (.+?)(?: \(([A-Z, ]+)\))?$/;

/** Fastify prints its routes as a tree, each line the rest of a path and its methods. */
function parseTree(tree: string): string[] {
  const branch: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, rest, methods] = LINE.exec(line) ?? [];
    if (indent === undefined || rest === undefined) return [];
    branch.splice(indent.length / 4, Infinity, rest);
    const path = withBraces(branch.join('').replaceAll('//', '/'));
    return methods?.split(', ').map((method) => `${method} ${path}`) ?? [];
  });
}
