import { jumpAhead } from './monotonic-time';
import type { TestApplication } from './test-application';

const FRESH_FOR_MS = 1_000;

type Server = Pick<TestApplication, 'get'>;

/** An answer, by series as they stand in it: `name{label="value"}`. */
export class Scrape {
  private readonly samples: Map<string, number>;

  constructor(readonly text: string) {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.samples = new Map(
      lines.map((line) => {
        const gap = line.lastIndexOf(' ');
        return [line.slice(0, gap), Number(line.slice(gap + 1))];
      }),
    );
  }

  /** Undefined where the answer has no such series. */
  valueOf(series: string): number | undefined {
    return this.samples.get(series);
  }

  requests(method: string, route: string, status: number): number {
    return this.valueOf(`http_requests_total${labels(method, route, status)}`) ?? 0;
  }

  /** The series of this name. */
  seriesOf(name: string): string[] {
    return [...this.samples.keys()].filter(
      (series) => series === name || series.startsWith(`${name}{`),
    );
  }

  jobs(): (number | undefined)[] {
    return ['ready', 'delayed', 'failed'].map((state) =>
      this.valueOf(`queue_jobs{state="${state}"}`),
    );
  }

  errors(reading: string): number | undefined {
    return this.valueOf(`scrape_errors_total{reading="${reading}"}`);
  }
}

export function labels(method: string, route: string, status: number): string {
  return `{method="${method}",route="${route}",status="${status}"}`;
}

export async function scrape(server: Server): Promise<Scrape> {
  const response = await server.get('/metrics');
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return new Scrape(response.text);
}

/** Once what the database said before is no longer fresh. */
export async function scrapeAnew(server: Server): Promise<Scrape> {
  jumpAhead(FRESH_FOR_MS);
  return scrape(server);
}
