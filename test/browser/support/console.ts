import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Config } from '../../../src/platform/config/config';
import { MailServer } from '../../support/mail-server';
import { PASSWORD } from '../../support/customers';
import { LONG_SESSIONS } from '../../support/subscriptions';
import { newEmail } from '../../support/signups';
import { TestApplication } from '../../support/test-application';
import { startChromium } from './chromium';

const FOLDER = resolve('dist/console');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** Pictures of each page: an artefact of CI. */
const PICTURES = resolve(process.env.PICTURES_DIR ?? 'node_modules/.cache/console-pictures');

/** A name for the server whose port is known before it listens: its pages may have passkeys. */
const NAMED_HOST = 'localhost';
export const NAMED_ORIGIN = `http://${NAMED_HOST}`;

/** A breach of the page's policy, as the browser tells it. */
const WATCH_POLICY = `
  globalThis.breaches = [];
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
    breaches.push([violatedDirective, blockedURI, sourceFile].join(' '));
  });`;

/** The built console on a whole application with worker and mail, and a browser. */
export class ConsoleWorld {
  private constructor(
    readonly server: TestApplication,
    readonly mailServer: MailServer,
    readonly browser: Browser,
  ) {}

  static async start(changes: Partial<Config> = {}): Promise<ConsoleWorld> {
    if (!existsSync(join(FOLDER, 'index.html'))) throw new Error('no built console: npm run build');
    mkdirSync(PICTURES, { recursive: true });
    const mailServer = await MailServer.start();
    const server = await TestApplication.start({
      roles: ['worker'],
      smtpUrl: mailServer.url,
      consoleDirectory: FOLDER,
      appUrl: 'http://127.0.0.1', // a loopback address, where cookies may be kept
      ...LONG_SESSIONS,
      ...changes,
    });
    const named = `--host-resolver-rules=MAP ${NAMED_HOST}:80 ${new URL(server.url).host}`;
    return new ConsoleWorld(server, mailServer, await startChromium(named));
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await this.mailServer.close();
  }

  /** A person with a browser of their own. @param origin by which it calls the server */
  async visit(
    path: string,
    options: BrowserContextOptions = {},
    origin = this.server.url,
  ): Promise<Visitor> {
    const context = await this.browser.newContext({
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 860 },
      ...options,
    });
    await context.addInitScript(WATCH_POLICY);
    const visitor = new Visitor(await context.newPage(), origin);
    await visitor.goTo(path);
    return visitor;
  }

  /** A founder with a new business. */
  async signUp(): Promise<Visitor> {
    const visitor = await this.visit('/console/signup');
    const fullName = 'Ada Lovelace';
    await visitor.fill({ businessName: 'Acme', fullName, email: newEmail(), password: PASSWORD });
    await visitor.submit();
    await visitor.see('Your first API key');
    return visitor;
  }

  async logIn(email: string, password = PASSWORD, path = '/console/login'): Promise<Visitor> {
    const visitor = await this.visit(path);
    await visitor.fill({ email, password });
    await visitor.submit();
    await visitor.page.waitForSelector('#content');
    return visitor;
  }
}

interface AxeFault {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** A browser and what went wrong in it. */
export class Visitor {
  /** Errors of the console, of scripts and of the page's policy. */
  private readonly faults: string[] = [];

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    page.setDefaultTimeout(45_000);
    page.on('pageerror', ({ message }) => this.faults.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.faults.push(`${message.text()} ${message.location().url}`);
    });
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(`${this.url}${path}`, { waitUntil: 'domcontentloaded' });
    await this.settle();
  }

  /** Until what the page asked for has come, and is shown. */
  async settle(): Promise<void> {
    await this.page.waitForSelector('h1, [role=dialog]');
    await this.page.waitForSelector('.skeleton', { state: 'detached' });
  }

  async fill(fields: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(fields))
      await this.page.locator(`[name="${name}"]`).last().fill(value);
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).last().click();
  }

  async submit(): Promise<void> {
    await this.page.locator('button[type=submit]').last().click();
  }

  /** Until the page shows this text. */
  async see(text: string): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  picture(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  /** What went wrong since the last look. @param expected the refusals that the story provokes, which Chromium reports */
  async takeFaults(expected: RegExp = /(?!)/): Promise<string[]> {
    const breaches = await this.page.evaluate<string[]>('breaches.splice(0)');
    return [...this.faults.splice(0), ...breaches].filter((fault) => !expected.test(fault));
  }

  /** The serious and critical faults that axe finds; by these rules alone. */
  async findBarriers(rules?: string[]): Promise<string[]> {
    if (!(await this.page.evaluate<boolean>('"axe" in globalThis'))) await this.page.evaluate(AXE);
    const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
    const violations = await this.page.evaluate<AxeFault[]>(
      `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
    );
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return grave.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
