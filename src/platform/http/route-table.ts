import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Audience } from '../../common/access/access.decorator';
import { SdkOrigins } from './sdk-origins';

type Callers = 'anyone' | 'pages' | 'sdks';

/** Answers a request, whatever becomes of it. */
export type ShortWay = (request: FastifyRequest, reply: FastifyReply) => void;

interface KnownPath {
  pattern: RegExp;
  /** The methods of the path that they may call. */
  methods: Record<Callers, Set<string>>;
}

/** The paths of the server and their methods, collected as Fastify registers them, and who else may call from pages. */
export class RouteTable {
  readonly sdkOrigins = new SdkOrigins();
  /** Of hot routes, by their action; made once Nest has registered the routes. */
  readonly shortWays = new Map<string, ShortWay>();
  private readonly paths = new Map<string, KnownPath>();

  /** @param audiences none: a file without a decorator */
  add(path: string, methods: string | string[], audiences: Audience[] = []): void {
    const known = this.paths.get(path) ?? emptyPath(path);
    for (const method of [methods].flat()) {
      known.methods.anyone.add(method);
      if (isForPages(audiences)) known.methods.pages.add(method);
      if (audiences.includes('sdk')) known.methods.sdks.add(method);
    }
    this.paths.set(path, known);
  }

  /** Takes the short way, except for a request with an Idempotency-Key, whose transaction only Nest's way opens. */
  shortened(action: string, handler: RouteHandlerMethod): RouteHandlerMethod {
    const { shortWays } = this;
    return function (request, reply) {
      const way = shortWays.get(action);
      if (!way || request.headers['idempotency-key'] !== undefined)
        return handler.call(this, request, reply);
      way(request, reply);
    };
  }

  /**
   * The methods of the path of this URL, sorted; empty where no route has it.
   * @param callers only those that web pages may call, or the SDK
   */
  methodsOf(url: string, callers: Callers = 'anyone'): string[] {
    const path = decoded(url.split('?', 1)[0] ?? '');
    const matching = [...this.paths.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => [...methods[callers]]))].sort();
  }
}

/** Service keys must not be in a page, so no page may call what only they open. */
export function isForPages(audiences: Audience[]): boolean {
  return audiences.some((audience) => audience !== 'service') || audiences.length === 0;
}

function emptyPath(path: string): KnownPath {
  const methods = { anyone: new Set<string>(), pages: new Set<string>(), sdks: new Set<string>() };
  return { pattern: toPattern(path), methods };
}

/** Decodes as the router does. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path; // not a URL, so no route has it
  }
}

function toPattern(path: string): RegExp {
  const source = path
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[^/]+/g, '[^/]+')
    .replace('\\*', '.*');
  return new RegExp(`^${source}$`);
}
