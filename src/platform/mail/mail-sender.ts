import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { monotonicMs } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { inSpan } from '../../common/trace';
import { DEFAULT_COLOR, LOGO_PATH } from '../config/brand';
import { CONFIG, type Config } from '../config/config';
import { Database } from '../database/database';
import { LOGGER } from '../logging/logger';
import { JobHandler } from '../queue/job-handler.decorator';
import { templatesOf, type ComposedMail } from './mail-composer.decorator';
import { SEND_AWAITED_MAIL, SEND_MAIL } from './mail-queue';
import { MailTemplates, type MailBrand, type MailTemplate } from './mail-templates';
import { createMailTransport, type MailTransport } from './mail-transport';
import { Mail } from './mail.entity';

/** Longer than a restart of PostgreSQL, and short enough for a shutdown. */
const MARK_LIMIT_MS = 15_000;
const MARK_AGAIN_AFTER_MS = 200;

type Composer = (
  context: RequestContext,
  subjectId: string,
  requestedAt: Date,
) => Promise<ComposedMail | null>;

/**
 * Sends mails at least once: a sent one is marked, and a failed one is retried by the queue. Only a crash, or a
 * database outage longer than 15 seconds, between the mail server's 250 and the mark repeats it, with the same
 * Message-ID, by which mail programs detect the duplicate.
 */
@Injectable()
export class MailSender implements OnModuleInit {
  private readonly composers = new Map<string, Composer>();
  private readonly templates: MailTemplates;
  private readonly transport: MailTransport;

  constructor(
    private readonly database: Database,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.templates = new MailTemplates(brandOf(config), config.mailTemplates);
    this.transport = createMailTransport(config, logger);
  }

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance === 'object' && instance !== null) this.register(instance);
    }
  }

  @JobHandler(SEND_AWAITED_MAIL, 'awaited')
  sendAwaited(context: RequestContext, payload: { mailId: string }): Promise<void> {
    return this.send(context, payload);
  }

  @JobHandler(SEND_MAIL, 'bulk')
  async send(context: RequestContext, { mailId }: { mailId: string }): Promise<void> {
    const mail = await this.database.transaction(context, (tx) =>
      tx.repository(Mail).findOneBy({ id: mailId }),
    );
    if (!mail || mail.sentAt) return;
    const composed = await this.compose(context, mail);
    if (composed) await this.deliver(context, mail, composed); // outside any transaction: the network may be slow
    await this.markSent(context, mailId);
  }

  /** The mail is sent, and a connection that breaks now would send it again: so the mark is retried for a while. */
  private async markSent(context: RequestContext, mailId: string): Promise<void> {
    const givesUpAtMs = monotonicMs() + MARK_LIMIT_MS;
    for (;;) {
      try {
        return await this.database.transaction(context, async (tx) => {
          await tx.repository(Mail).update({ id: mailId }, { sentAt: tx.now });
        });
      } catch (error) {
        if (monotonicMs() > givesUpAtMs) throw error;
        await pause(MARK_AGAIN_AFTER_MS);
      }
    }
  }

  private async compose(context: RequestContext, mail: Mail): Promise<ComposedMail | null> {
    const composer = this.composers.get(mail.template);
    if (!composer) throw new Error(`no composer for mails of ${mail.template}`);
    return composer(context, mail.subjectId, mail.createdAt);
  }

  private async deliver(
    { trace }: RequestContext,
    mail: Mail,
    { to, values }: ComposedMail,
  ): Promise<void> {
    const rendered = this.templates.render(mail.template as MailTemplate, values);
    const { hostname } = new URL(this.config.appUrl);
    // Address objects rather than text: nodemailer would parse a list out of a text.
    const recipients = [to].flat().map((address) => ({ name: '', address }));
    if (recipients.length === 0) return;
    const message = {
      ...rendered,
      from: this.config.mailFrom,
      to: recipients,
      messageId: `<${mail.id}@${hostname}>`,
      date: mail.createdAt,
    };
    const options = () => ({
      kind: SpanKind.CLIENT,
      attributes: { 'tenantry.mail.template': mail.template },
    });
    await inSpan('mail', trace, options, () => this.transport.send(message));
  }

  private register(instance: object): void {
    const provider = instance as Record<string, Composer>;
    for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
      const method = provider[name];
      if (typeof method !== 'function') continue;
      for (const template of templatesOf(method))
        this.composers.set(template, method.bind(instance));
    }
  }
}

function brandOf({ appUrl, brand }: Config): MailBrand {
  const { name: brandName, color, logoFile, supportEmail } = brand;
  const logoUrl = logoFile ? `${appUrl}${LOGO_PATH}` : '';
  return { brandName, color: color ?? DEFAULT_COLOR, logoUrl, supportEmail: supportEmail ?? '' };
}
