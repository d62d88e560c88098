import { existsSync, readFileSync } from 'node:fs';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { settings } from '../../src/platform/config/settings';
import { listSources } from '../support/architecture/sources';
import {
  listYaml,
  podOf,
  readCompose,
  readManifests,
  readYaml,
  secondsOf,
  type ComposeService,
  type Container,
  type Manifest,
} from '../support/deployment';

/** What the server takes for a stop in order: SHUTDOWN_LIMIT_MS of src/run-server.ts. */
const SHUTDOWN_SECONDS = constantOf('src/run-server.ts', /SHUTDOWN_LIMIT_MS = ([\d_]+)/) / 1000;
const dockerfile = text('Dockerfile');
const workflow = text('.github/workflows/check.yml');
const { services } = readCompose();
const manifests = readManifests();
const openapi = JSON.parse(text('openapi.json')) as { paths: Record<string, object> };

function text(file: string): string {
  return readFileSync(file, 'utf8');
}

/** A number as it stands in the code, `30_000` say. */
function constantOf(file: string, pattern: RegExp): number {
  return Number(pattern.exec(text(file))![1]!.replaceAll('_', ''));
}

function manifestsOf(...kinds: string[]): Manifest[] {
  const found = manifests.filter(({ kind }) => kinds.includes(kind));
  expect(found.length).toBeGreaterThan(0);
  return found;
}

/** The services that run this project's image. */
const servers = Object.entries(services).filter(([, { image }]) => image === 'tenantry');
const pods = manifests.filter(({ kind }) => kind === 'Deployment').map(podOf);
const containers = (): Container[] =>
  manifestsOf('Deployment', 'Job').flatMap((manifest) => podOf(manifest).spec.containers);

describe('variables', () => {
  const known = new Set(Object.keys(settings));
  const unknown = (names: string[]) => names.filter((name) => !known.has(name));

  it('of the servers in docker-compose.yml are those that the settings know', () => {
    expect(servers.map(([name]) => name)).toEqual(['server', 'web-1', 'web-2']);
    for (const [name, { environment }] of servers)
      expect([name, unknown(Object.keys(environment!))]).toEqual([name, []]);
  });

  it('are handed to every replica as to the lone server', () => {
    const [[, server], ...replicas] = servers as [[string, ComposeService]];
    for (const [name, { environment }] of replicas as [string, ComposeService][])
      expect([name, { ...environment, ROLES: null, TRUST_PROXY: null }]).toEqual([
        name,
        { ...server.environment, ROLES: null, TRUST_PROXY: null },
      ]);
  });

  it('of the manifests are those that the settings know', () => {
    const given = manifestsOf('ConfigMap', 'Secret').flatMap(({ data, stringData }) =>
      Object.keys({ ...data, ...stringData }),
    );
    const own = containers().flatMap(({ env = [] }) => env.map(({ name }) => name));
    expect(unknown([...given, ...own])).toEqual([]);
    expect(given).toEqual(expect.arrayContaining(REQUIRED));
  });
  const REQUIRED = ['DATABASE_URL', 'SECRET_KEY', 'SMTP_URL', 'METRICS_TOKEN'];

  it('that are secret have no value in the checkout', () => {
    for (const { stringData } of manifestsOf('Secret'))
      expect(Object.values(stringData!).filter((value) => value !== '')).toEqual([]);
    const secrets = Object.keys(manifestsOf('Secret')[0]!.stringData!);
    const configured = manifestsOf('ConfigMap').flatMap(({ data }) => Object.keys(data!));
    expect(configured.filter((name) => secrets.includes(name))).toEqual([]);
  });

  it.each(['web', 'worker', 'cron'])('give the role %s to a container', (role) => {
    const roles = containers().flatMap(({ env = [] }) => env.map(({ value }) => value.split(',')));
    expect(roles.flat()).toContain(role);
  });
});

describe('images', () => {
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, name]) => name!);
  const foreign = Object.values(services).map(({ image }) => image);

  it('from elsewhere have the version in their tag', () => {
    const named = [...bases, ...foreign].filter((name) => name !== 'tenantry');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !/:v?\d+[\w.-]*$/.test(name))).toEqual([]);
  });

  it('run the version of Node that .nvmrc names', () => {
    const version = text('.nvmrc').trim();
    expect([...new Set(bases)]).toEqual([`node:${version}-bookworm-slim`]);
  });

  it('of the manifests are given their name and version by the kustomizations', () => {
    expect([...new Set(containers().map(({ image }) => image))]).toEqual(['tenantry']);
    const { version } = JSON.parse(text('package.json')) as { version: string };
    for (const folder of ['', '/migration'])
      expect(readYaml(`deploy/kubernetes${folder}/kustomization.yaml`)).toMatchObject({
        images: [{ name: 'tenantry', newTag: version }],
      });
  });

  it('of actions are pinned to a major version', () => {
    const uses = [...workflow.matchAll(/uses: (\S+)/g)];
    expect(uses.length).toBeGreaterThan(5);
    expect(uses.map(([, name]) => name!).filter((name) => !/@v\d+$/.test(name))).toEqual([]);
  });
});

describe('probes', () => {
  it('ask for routes that there are, by a port that there is', () => {
    expect(pods.length).toBe(2);
    for (const { spec } of pods)
      for (const { ports, startupProbe, readinessProbe, livenessProbe } of spec.containers) {
        expect(readinessProbe!.httpGet).toEqual({ path: '/health/ready', port: 'http' });
        expect(livenessProbe!.httpGet).toEqual({ path: '/health/live', port: 'http' });
        expect(startupProbe!.httpGet).toEqual({ path: '/health/live', port: 'http' });
        expect(ports).toEqual([{ name: 'http', containerPort: imagePort() }]);
      }
    expect(openapi.paths).toHaveProperty(['/health/ready']);
    expect(openapi.paths).toHaveProperty(['/health/live']);
  });

  it('of the image ask the port that it listens on', () => {
    expect(dockerfile).toMatch(/HEALTHCHECK[^]*process\.env\.PORT \+ '\/health\/ready'/);
    expect(dockerfile).toContain(`EXPOSE ${imagePort()}`);
    expect(services.server!.ports![0]).toMatch(new RegExp(`:${imagePort()}$`));
  });

  it('leave the server more time to stop than it takes', () => {
    for (const [, { stop_grace_period: grace }] of servers)
      expect(secondsOf(grace)).toBeGreaterThan(SHUTDOWN_SECONDS);
    for (const { spec } of pods) {
      const waits = spec.containers.map(({ lifecycle }) => lifecycle?.preStop.exec.command[1] ?? 0);
      const needed = SHUTDOWN_SECONDS + Math.max(...waits.map(Number));
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(needed);
    }
  });
});

describe('Kubernetes', () => {
  it('is given every manifest but the template of the secret', () => {
    const listed = listYaml('deploy/kubernetes')
      .filter((file) => file.endsWith('/kustomization.yaml'))
      .flatMap((file) =>
        (readYaml(file).resources as string[]).map((name) => file.replace(/[^/]+$/, name)),
      );
    const written = new Set(manifests.map(({ file }) => file));
    const unlisted = [...written].filter(
      (file) => !listed.includes(file) && !file.endsWith('/kustomization.yaml'),
    );
    expect(listed.filter((file) => !existsSync(file))).toEqual([]);
    expect(unlisted).toEqual(['deploy/kubernetes/secret.template.yaml']);
  });

  it('lets no container write, gain rights or be root', () => {
    for (const { securityContext } of containers())
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    for (const manifest of manifestsOf('Deployment', 'Job'))
      expect(podOf(manifest).spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      });
  });

  it('selects pods that there are', () => {
    const labels = pods.map(({ metadata }) => metadata.labels);
    const selectors = manifestsOf('Deployment', 'PodDisruptionBudget', 'NetworkPolicy').map(
      ({ spec }) => (spec.selector ?? spec.podSelector) as { matchLabels: object },
    );
    const service = manifestsOf('Service').map(({ spec }) => ({ matchLabels: spec.selector }));
    for (const { matchLabels } of [...selectors, ...service])
      expect(labels).toContainEqual(expect.objectContaining(matchLabels as object));
  });

  it('says by the command line of the image how to migrate', () => {
    const commands = manifestsOf('Job').map((job) => podOf(job).spec.containers[0]!.command);
    expect(commands).toEqual([['node', 'dist/src/cli.js', 'migrate']]);
    expect(existsSync('src/cli.ts')).toBe(true);
  });
});

describe('alerts', () => {
  const rules = manifests
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => spec.groups as { rules: { alert: string; expr: string }[] }[])
    .flatMap((group) => group.rules);

  it('ask for metrics that the server has', async () => {
    const known = [...ownMetrics(), ...(await defaultMetrics())];
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, expr } of rules) {
      const names = metricsIn(expr);
      expect([alert, names]).not.toEqual([alert, []]);
      expect([alert, names.filter((name) => !known.includes(name))]).toEqual([alert, []]);
    }
  });
});

/** The names that a feature gives its metrics; a histogram has three of them. */
function ownMetrics(): string[] {
  const makers = /new (?:Counter|Gauge|Histogram)\(\{\s*name: '([a-z_]+)'/g;
  const names = listSources().flatMap(({ text: code }) =>
    [...code.matchAll(makers)].map(([, name]) => name!),
  );
  return names.flatMap((name) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]);
}

async function defaultMetrics(): Promise<string[]> {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const names = (await register.getMetricsAsJSON()).map(({ name }) => name);
  register.clear();
  return names;
}

/** What is left of an expression without its labels, ranges and functions. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/\b(by|without)\s*\([^)]*\)/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]|\boffset \w+/g, ' ');
  return [...bare.matchAll(/\b[a-z]\w*\b(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !['and', 'or', 'unless', 'by', 'sum', 'max'].includes(name));
}

describe('CI', () => {
  it('runs scripts that there are', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    const commands = [...workflow.matchAll(/\bnpm (?:run )?(test(?::\w+)?)$/gm)];
    const files = [...workflow.matchAll(/\bnode (scripts\/\S+)/g)].map(([, file]) => file!);
    expect(commands.map(([, name]) => name!)).toContain('test');
    expect(commands.filter(([, name]) => !(name! in scripts))).toEqual([]);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('starts every profile of docker-compose.yml', () => {
    const profiles = new Set(Object.values(services).flatMap(({ profiles: own = [] }) => own));
    expect(workflow).toContain(`COMPOSE_PROFILES: ${[...profiles].sort().reverse().join(',')}`);
  });
});

describe('on one machine', () => {
  const unit = text('deploy/systemd/tenantry.service');

  it('systemd starts what the image starts, and lets it drain', () => {
    expect(unit).toMatch(/^ExecStart=\S+ node --enable-source-maps dist\/server\.js$/m);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1])).toBeGreaterThan(SHUTDOWN_SECONDS);
    expect(unit).toMatch(/^KillSignal=SIGTERM$/m);
    expect(unit).toMatch(/^RestartPreventExitStatus=2$/m);
  });
});

describe('the image', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?:--from=\w+ )?(.+)$/gm)]
    .flatMap(([, names]) => names!.split(' ').slice(0, -1))
    .filter((name) => !name.startsWith('/'));

  it('is built from files that there are, and that .dockerignore lets through', () => {
    const ignored = text('.dockerignore');
    const allowed = [...ignored.matchAll(/^!(\S+)$/gm)].map(([, name]) => name!);
    expect(ignored).toMatch(/^\*$/m);
    expect(copied.filter((name) => !existsSync(name))).toEqual([]);
    expect([...new Set(copied)].sort()).toEqual([...allowed].sort());
  });

  it('has at run time what the server and the commands are made of', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    for (const folder of ['node_modules', 'dist/migrations', 'dist/src', 'dist/server.js'])
      expect(last).toMatch(new RegExp(`^COPY --from=\\w+ /app/${folder} `, 'm'));
    expect(last).toContain('COPY scripts/cli.js ./scripts/cli.js');
    expect(last).toContain('CMD ["node", "--enable-source-maps", "dist/server.js"]');
  });

  it('leaves compiler, tests and packages out, and is not run by root', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    const installs = /AS dependencies\n[^]*?npm ci (.*)\n/.exec(dockerfile)![1];
    expect(installs).toBe('--omit=dev --omit=optional --ignore-scripts --workspaces=false');
    expect(last).toContain('COPY --from=dependencies /app/node_modules ./node_modules');
    expect(last).not.toContain('packages');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(copied.filter((name) => /^(test|bench|\.)/.test(name))).toEqual([]);
  });

  it('leaves nothing out that the code imports', () => {
    const { dependencies } = JSON.parse(text('package.json')) as {
      dependencies: Record<string, string>;
    };
    const code = [...listSources(), ...listSources('migrations')];
    const imported = code
      .filter(({ path }) => !path.endsWith('.spec.ts'))
      .flatMap(({ text: source }) => [
        ...source.matchAll(/^(?:import|export) (?!type)[^']*from '([^'.][^']*)'/gm),
      ])
      .map(([, name]) =>
        name!
          .split('/')
          .slice(0, name!.startsWith('@') ? 2 : 1)
          .join('/'),
      )
      .filter((name) => !name.startsWith('node:'));
    expect(imported).toContain('pg');
    expect([...new Set(imported)].filter((name) => !(name in dependencies))).toEqual([]);
  });
});

function imagePort(): number {
  return Number(/^ENV .*\bPORT=(\d+)/m.exec(dockerfile)![1]);
}
