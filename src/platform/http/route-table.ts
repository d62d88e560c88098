interface KnownPath {
  pattern: RegExp;
  methods: Set<string>;
}

/** The paths of the server and their methods, collected as Fastify registers them. */
export class RouteTable {
  private readonly paths = new Map<string, KnownPath>();

  add(path: string, methods: string | string[]): void {
    const known = this.paths.get(path) ?? { pattern: toPattern(path), methods: new Set<string>() };
    for (const method of [methods].flat()) known.methods.add(method);
    this.paths.set(path, known);
  }

  /** The methods of the path of this URL, sorted; empty where no route has it. */
  methodsOf(url: string): string[] {
    const path = decoded(url.split('?', 1)[0] ?? '');
    const matching = [...this.paths.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
  }
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
