import { readdirSync, readFileSync } from 'node:fs';
import { load, loadAll, YAML11_SCHEMA } from 'js-yaml';

export type Yaml = Record<string, unknown>;

export interface ComposeService extends Yaml {
  image: string;
  environment?: Record<string, string>;
  profiles?: string[];
  ports?: string[];
  extra_hosts?: string[];
  stop_grace_period?: string;
  networks?: Record<string, { ipv4_address?: string } | null>;
  depends_on?: Record<string, object>;
}

interface Probe {
  httpGet: { path: string; port: string };
}

export interface Container extends Yaml {
  image: string;
  command?: string[];
  ports?: { name: string; containerPort: number }[];
  env?: { name: string; value: string }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop: { exec: { command: string[] } } };
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: { terminationGracePeriodSeconds?: number; containers: Container[] };
}

export interface Manifest {
  file: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec: Yaml;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

/** docker-compose.yml with its anchors put in, which is the YAML of 1.1; `${…}` stays as it stands. */
export function readCompose(): { services: Record<string, ComposeService> } {
  return readYaml('docker-compose.yml') as { services: Record<string, ComposeService> };
}

export function readYaml(file: string): Yaml {
  return load(readFileSync(file, 'utf8'), { schema: YAML11_SCHEMA }) as Yaml;
}

/** Everything in deploy/kubernetes; a file may hold several. */
export function readManifests(): Manifest[] {
  return listYaml('deploy/kubernetes').flatMap((file) => {
    const documents = loadAll(readFileSync(file, 'utf8')) as Omit<Manifest, 'file'>[];
    return documents.map((document) => ({ ...document, file }));
  });
}

/** The YAML files below a folder, sorted. */
export function listYaml(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.ya?ml$/.test(path))
    .sort();
}

/** The pods of a Deployment or Job. */
export function podOf(manifest: Manifest): PodTemplate {
  return manifest.spec.template as PodTemplate;
}

/** `35s` and `60` in seconds. */
export function secondsOf(duration: string | number | undefined): number {
  const seconds = /^(\d+)s?$/.exec(String(duration))?.[1];
  if (!seconds) throw new Error(`${duration} is no duration in seconds`);
  return Number(seconds);
}
