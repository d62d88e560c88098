import { SdkOrigins } from './sdk-origins';

interface KnownPath {
  pattern: RegExp;
  methods: Set<string>;
  /** Those of them that an SDK may call. */
  sdkMethods: Set<string>;
}

/** The paths of the server and their methods, collected as Fastify registers them, and who else may call from pages. */
export class RouteTable {
  readonly sdkOrigins = new SdkOrigins();
  private readonly paths = new Map<string, KnownPath>();

  add(path: string, methods: string | string[], isForSdks = false): void {
    const known = this.paths.get(path) ?? emptyPath(path);
    for (const method of [methods].flat()) {
      known.methods.add(method);
      if (isForSdks) known.sdkMethods.add(method);
    }
    this.paths.set(path, known);
  }

  /** The methods of the path of this URL, sorted; empty where no route has it. */
  methodsOf(url: string): string[] {
    return sorted(this.matching(url).flatMap(({ methods }) => [...methods]));
  }

  /** The same of those that an SDK may call. */
  sdkMethodsOf(url: string): string[] {
    return sorted(this.matching(url).flatMap(({ sdkMethods }) => [...sdkMethods]));
  }

  private matching(url: string): KnownPath[] {
    const path = decoded(url.split('?', 1)[0] ?? '');
    return [...this.paths.values()].filter(({ pattern }) => pattern.test(path));
  }
}

function emptyPath(path: string): KnownPath {
  return { pattern: toPattern(path), methods: new Set(), sdkMethods: new Set() };
}

function sorted(methods: string[]): string[] {
  return [...new Set(methods)].sort();
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
