import { Injectable, Logger } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { monotonicMs } from '../../common/clock';

const FRESH_FOR_MS = 1_000;
const PATIENCE_MS = 2_000; // Prometheus itself gives up after 10 s, and then has no metrics at all

/** A value that a scrape reads from the database. */
export interface Reading<T> {
  name: string;
  take: () => Promise<T>;
  /** Sets the gauges. Null removes them from the answer: no value is better than a stale one. */
  show: (value: T | null) => void;
}

/**
 * Takes the readings of a scrape: each at most once a second and never twice at the same time, so that a second
 * scraper adds no load. One that fails or is late is omitted; the rest is answered.
 */
@Injectable()
export class Readings {
  private readonly logger = new Logger(Readings.name);
  private readonly all: RepeatedReading<unknown>[] = [];
  private readonly errors: Counter<'reading'>;

  constructor(registry: Registry) {
    this.errors = new Counter({
      name: 'scrape_errors_total',
      help: 'Readings of the database that failed or were late and were omitted from an answer',
      labelNames: ['reading'],
      registers: [registry],
    });
  }

  add<T>(reading: Reading<T>): void {
    this.errors.inc({ reading: reading.name }, 0);
    const repeated = new RepeatedReading(reading, (cause) => this.miss(reading.name, cause));
    this.all.push(repeated as RepeatedReading<unknown>);
  }

  async refresh(): Promise<void> {
    await Promise.all(this.all.map((reading) => reading.refresh()));
  }

  private miss(reading: string, cause: Error): void {
    this.errors.inc({ reading });
    this.logger.warn(`/metrics goes without its reading of ${reading}: ${cause.message}`);
  }
}

class RepeatedReading<T> {
  private running: Promise<void> | null = null;
  private begunAtMs = -Infinity;

  constructor(
    private readonly reading: Reading<T>,
    private readonly onMiss: (cause: Error) => void,
  ) {}

  async refresh(): Promise<void> {
    if (!this.running && monotonicMs() - this.begunAtMs < FRESH_FOR_MS) return;
    this.running ??= this.take();
    if (await endsWithin(PATIENCE_MS, this.running)) return;
    this.miss(new Error(`it takes longer than ${PATIENCE_MS} ms`));
  }

  /** Never rejects. */
  private async take(): Promise<void> {
    this.begunAtMs = monotonicMs();
    try {
      this.reading.show(await this.reading.take());
    } catch (error) {
      this.miss(error as Error);
    } finally {
      this.running = null;
    }
  }

  private miss(cause: Error): void {
    this.reading.show(null);
    this.onMiss(cause);
  }
}

function endsWithin(limitMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
