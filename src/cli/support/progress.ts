const SHOWN_AFTER_MS = 1_000;
const REDRAWN_EVERY_MS = 100;
const BAR_WIDTH = 30;
const CLEAR_LINE = '\r\x1b[2K';

/** The progress of a long piece of work: one line on a terminal, nothing elsewhere. */
export interface Progress {
  report(done: number): void;
  /** Removes the line. */
  end(): void;
}

/**
 * Shows progress once the work has taken a second.
 * @param total the final value of `done`; omitted where unknown
 */
export function showProgress(label: string, total?: number): Progress {
  if (!process.stderr.isTTY) return { report: () => undefined, end: () => undefined };
  const startedAt = Date.now();
  let drawnAt = startedAt + SHOWN_AFTER_MS - REDRAWN_EVERY_MS;
  return {
    report(done) {
      if (Date.now() - drawnAt < REDRAWN_EVERY_MS) return;
      drawnAt = Date.now();
      const perSecond = (1000 * done) / (drawnAt - startedAt);
      process.stderr.write(`${CLEAR_LINE}${progressLine(label, done, total, perSecond)}`);
    },
    end: () => void process.stderr.write(CLEAR_LINE),
  };
}

/** `Seeding ███████░░░ 70% 700 of 1,000, 300 left, 50/s`, or without a total `Renewing 700, 50/s`. */
export function progressLine(
  label: string,
  done: number,
  total?: number,
  perSecond?: number,
): string {
  const rate = perSecond === undefined ? '' : `, ${grouped(Math.round(perSecond))}/s`;
  if (total === undefined) return `${label} ${grouped(done)}${rate}`;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const left = perSecond === undefined ? '' : `, ${grouped(Math.max(0, total - done))} left`;
  return `${label} ${bar(share, BAR_WIDTH)} ${Math.floor(100 * share)}% ${grouped(done)} of ${grouped(total)}${left}${rate}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A bar of which a share (0 to 1) is full. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
