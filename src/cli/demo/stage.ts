import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import { bar } from '../support/progress';

const READING_MS = 280;
const BAR_WIDTH = 40;
const CLEAR_LINE = '\r\x1b[2K';

type Style = Parameters<typeof styleText>[0];

/** Prints the demo: in colour and at a reader's pace on a terminal, plain and at full speed elsewhere. */
export class Stage {
  /** Standard output is a terminal. */
  readonly isLive = process.stdout.isTTY;
  private readonly hasColors = this.isLive && process.stdout.hasColors(); // respects NO_COLOR

  async act(title: string): Promise<void> {
    await this.pause(READING_MS);
    await this.line(`\n${this.style(['bold', 'cyan'], title)}`);
  }

  async say(text: string): Promise<void> {
    await this.line(`  ${text}`);
  }

  /** Prints a request with the status of its answer. */
  async request(method: string, path: string, status: number): Promise<void> {
    const color = status < 400 ? 'green' : 'yellow';
    await this.line(
      `  ${this.style('dim', `${method} ${path}`)} ${this.style(color, `→ ${status}`)}`,
    );
  }

  async json(value: unknown): Promise<void> {
    const lines = JSON.stringify(value, null, 2).split('\n');
    await this.line(lines.map((line) => this.style('dim', `    ${line}`)).join('\n'));
  }

  /** A bar that grows in place on a terminal; elsewhere each quarter is a line. */
  meter(label: string, used: number, limit: number): void {
    const isEnd = used === limit;
    if (!this.isLive && !isEnd && used % Math.ceil(limit / 4) !== 0) return;
    const text = `  ${this.style(isEnd ? 'yellow' : 'green', bar(used / limit, BAR_WIDTH))} ${label}`;
    process.stdout.write(this.isLive ? `${CLEAR_LINE}${text}${isEnd ? '\n' : ''}` : `${text}\n`);
  }

  async pause(milliseconds: number): Promise<void> {
    if (this.isLive) await delay(milliseconds);
  }

  strong(text: string): string {
    return this.style('bold', text);
  }

  private async line(text: string): Promise<void> {
    process.stdout.write(`${text}\n`);
    await this.pause(READING_MS);
  }

  private style(style: Style, text: string): string {
    return this.hasColors ? styleText(style, text) : text;
  }
}
