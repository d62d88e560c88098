import { readFileSync } from 'node:fs';
import { maxHeaderSize, type Server } from 'node:http';
import { allProblems } from '../../src/common/problem';
import { STATUS_OF_KIND } from '../../src/common/problem-status';
import { HEARTBEAT_MS } from '../../src/modules/streams/event-stream';
import { listHandlers, type Handler } from '../support/architecture/routes';
import { readCompose, readManifests, secondsOf } from '../support/deployment';
import { TestApplication } from '../support/test-application';

/* The examples of proxies in deploy/ have the limits and the words of the server: read from a running one. */

/** Within which the server answers, also without its dependencies (docs/reliability.md). */
const ANSWER_SECONDS = 10;

const text = (file: string): string => readFileSync(file, 'utf8');
const nginx = text('deploy/nginx/nginx.conf');
const caddy = text('deploy/caddy/Caddyfile');
const { services } = readCompose();
const annotations = readManifests().find(({ kind }) => kind === 'Ingress')!.metadata.annotations!;

let server: TestApplication;
let http: Server;
let handlers: Handler[];
let defaultBytes: number;

beforeAll(async () => {
  server = await TestApplication.start();
  http = server.app.getHttpServer();
  handlers = listHandlers(server.app);
  defaultBytes = server.app.getHttpAdapter().getInstance().initialConfig.bodyLimit!;
});
afterAll(() => server.stop());

/** How many bytes the bodies of a path may have; the most of its methods. */
function bodyLimits(): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const { route, config } of handlers) {
    const path = route.slice(route.indexOf(' ') + 1);
    limits[path] = Math.max(limits[path] ?? 0, config.bodyLimitBytes ?? defaultBytes);
  }
  return limits;
}

const UNITS: Record<string, number> = { k: 1024, m: 1024 * 1024 };

/** `256k` in bytes. */
function bytesOf(size: string): number {
  const [, count, unit] = /^(\d+)([km])$/.exec(size)!;
  return Number(count) * UNITS[unit!]!;
}

/** What the directive of nginx says, at its first place. */
function directive(name: string): string {
  const found = new RegExp(`^\\s*${name} ([^;]+);`, 'm').exec(nginx);
  if (!found) throw new Error(`nginx.conf has no ${name}`);
  return found[1]!;
}

/** `9500ms` and `10s` in seconds. */
function inSeconds(time: string): number {
  return time.endsWith('ms') ? Number(time.slice(0, -2)) / 1000 : secondsOf(time);
}

describe('nginx', () => {
  const edge = (name: string) => services[name]!.networks!.edge!.ipv4_address;
  const upstreams = [...nginx.matchAll(/^\s*server ([\w-]+):(\d+)/gm)];

  it('shares requests between the replicas that there are', () => {
    expect(upstreams.map(([, name]) => name)).toEqual(['web-1', 'web-2']);
    const imagePort = /^ENV .*\bPORT=(\d+)/m.exec(text('Dockerfile'))![1];
    expect(new Set(upstreams.map(([, , port]) => port))).toEqual(new Set([imagePort]));
    expect(services.nginx!.extra_hosts).toEqual(
      upstreams.map(([, name]) => `${name}:${edge(name!)}`),
    );
  });

  it('is the one whose X-Forwarded-For the replicas believe', () => {
    for (const [, name] of upstreams)
      expect(services[name!]!.environment!.TRUST_PROXY).toBe(edge('nginx'));
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/);
  });

  it('takes of each path the bodies that the server takes', () => {
    const own = [...nginx.matchAll(/location = (\S+) \{\s*client_max_body_size (\w+);/g)];
    const limits = new Map(own.map(([, path, size]) => [path!, bytesOf(size!)]));
    const taken = bodyLimits();
    const others = bytesOf(directive('client_max_body_size'));
    const passed = Object.keys(taken).map((path) => [path, limits.get(path) ?? others]);
    expect(limits.size).toBe(3);
    expect(Object.fromEntries(passed)).toEqual(taken);
  });

  it('takes the headers that the server takes', () => {
    const [count, size] = directive('large_client_header_buffers').split(' ');
    expect(bytesOf(size!)).toBe(maxHeaderSize); // one line may have all of it
    expect(Number(count)).toBeGreaterThan(1);
  });

  it('waits for an answer as long as the server may take, and twice for a read', () => {
    const [reads] = /location @reads \{[^}]*\}/.exec(nginx)!;
    const [, tryOfRead] = /proxy_read_timeout (\w+);/.exec(reads)!;
    const tries = Number(directive('proxy_next_upstream_tries'));
    expect(inSeconds(directive('proxy_read_timeout'))).toBeLessThan(ANSWER_SECONDS);
    expect(inSeconds(directive('proxy_send_timeout'))).toBeLessThan(ANSWER_SECONDS);
    expect(tries * inSeconds(tryOfRead!)).toBeLessThan(ANSWER_SECONDS);
    expect(tries).toBe(2);
  });

  it('bears the silence of a stream for longer than the server is silent', () => {
    const [stream] = /location = \/v1\/stream \{[^}]*\}/.exec(nginx)!;
    const [, silence] = /proxy_read_timeout (\w+);/.exec(stream)!;
    expect(inSeconds(silence!) * 1000).toBeGreaterThan(2 * HEARTBEAT_MS);
  });

  it('gives up slow clients and idle connections before the server does', () => {
    const upstream = /upstream [^}]*keepalive_timeout (\w+);/.exec(nginx)![1];
    expect(secondsOf(upstream) * 1000).toBeLessThan(http.keepAliveTimeout);
    expect(secondsOf(directive('client_header_timeout')) * 1000).toBeLessThan(http.headersTimeout);
  });

  it('keeps metrics inside, and queries out of its log', () => {
    expect(nginx).toMatch(/location \/metrics \{\s*return 404/);
    const format = /log_format[^;]*;/.exec(nginx)![0];
    expect(format).toContain('$asked_path');
    expect(nginx).toContain('"~^(?<path>[^?]+)" $path;');
    expect(format).not.toMatch(/\$request\b|\$request_uri|\$args|\$query_string|\$http_referer/);
    expect(nginx).toMatch(/^error_log \S+ crit;/m);
  });

  it('sends nothing twice that may have been done', () => {
    const policies = [...nginx.matchAll(/proxy_next_upstream ([^;]*);/g)].map(([, of]) => of);
    expect(policies).toEqual(['error timeout']);
  });

  it('refuses in the words of the server', () => {
    const mapOf = (name: string) => {
      const [, block] = new RegExp(`map \\$status \\$${name} \\{([^}]*)\\}`).exec(nginx)!;
      return [...block!.matchAll(/(\d+) "?([^";]+)"?;/g)].map(([, status, said]) => [status, said]);
    };
    const codes = mapOf('problem_code');
    const known = new Map(allProblems().map((problem) => [problem.code, problem]));
    const ofServer = codes.map(([, code]) => known.get(code!)!);
    expect(codes.map(([status]) => Number(status))).toEqual(
      ofServer.map(({ kind }) => STATUS_OF_KIND[kind]),
    );
    expect(mapOf('problem_title').map(([, title]) => title)).toEqual(
      ofServer.map(({ title }) => title),
    );
  });
});

describe('Caddy', () => {
  it('passes on what the server answers, and no metrics', () => {
    const [, passed = ''] = /@server path (.+)/.exec(caddy) ?? [];
    const prefixes = passed.split(' ').map((path) => path.replace(/\*$/, ''));
    const isPassed = (path: string) => prefixes.some((prefix) => path.startsWith(prefix));
    const { paths } = JSON.parse(text('openapi.json')) as { paths: object };
    expect(Object.keys(paths).filter((path) => !isPassed(path))).toEqual(['/metrics']);
    expect(caddy).not.toMatch(/^\s*log\b/m);
  });

  it('waits as long as the server may take, and leaves bodies to it', () => {
    const wait = /response_header_timeout (\w+)/.exec(caddy)![1];
    expect(inSeconds(wait!)).toBeLessThan(ANSWER_SECONDS);
    expect(secondsOf(/keepalive (\w+)/.exec(caddy)![1]) * 1000).toBeLessThan(http.keepAliveTimeout);
    expect(caddy).not.toContain('request_body');
  });

  it('refuses in the words of the server', () => {
    const { code, kind, title } = allProblems().find((each) => each.code === 'server_unreachable')!;
    const [, body] = /respond `(\{.*\})` 503/.exec(caddy)!;
    expect(JSON.parse(body!)).toEqual({
      ...{ type: `/problems/${code}`, title, status: STATUS_OF_KIND[kind], detail: title, code },
      instance: 'urn:request:{http.request.uuid}',
    });
  });
});

describe('the ingress', () => {
  const ofIngress = (name: string) => annotations[`nginx.ingress.kubernetes.io/${name}`]!;

  it('leaves bodies to the server', () => {
    const largest = Math.max(...Object.values(bodyLimits()));
    expect(bytesOf(ofIngress('proxy-body-size'))).toBeGreaterThan(largest);
  });

  it('waits as long as the server may take, and sends nothing twice that may have been done', () => {
    for (const name of ['proxy-read-timeout', 'proxy-send-timeout'])
      expect(Number(ofIngress(name))).toBeLessThanOrEqual(ANSWER_SECONDS);
    expect(ofIngress('proxy-next-upstream')).toBe('error timeout');
    expect(ofIngress('proxy-next-upstream-tries')).toBe('2');
  });
});
