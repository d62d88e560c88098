import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Logger } from 'pino';
import { PermanentFailure } from '../queue/permanent-failure';
import type { Config } from '../config/config';

// A mail server that hangs delays one job by at most this long.
const CONNECT_LIMIT_MS = 5_000;
const SILENCE_LIMIT_MS = 10_000; // the three together fit into a shutdown of 30 seconds

export type OutgoingMail = SendMailOptions & { messageId: string; subject: string; text: string };

export interface MailTransport {
  send(mail: OutgoingMail): Promise<void>;
}

/** SMTP where `SMTP_URL` is set; in development without it, files that a mail program opens. */
export function createMailTransport(config: Config, logger: Logger): MailTransport {
  return config.smtpUrl ? smtp(config.smtpUrl) : files(join(config.dataDirectory, 'mail'), logger);
}

function smtp(url: string): MailTransport {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_LIMIT_MS,
    greetingTimeout: CONNECT_LIMIT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      await transport.sendMail(mail).catch(rethrow);
    },
  };
}

/**
 * RFC 5321, 4.2.1: 5yz to MAIL, RCPT or DATA means that the same mail is refused again. Only the answers about a mail
 * count: 5yz to a greeting, STARTTLS or AUTH speaks of the server or its account, and another try may pass.
 */
function rethrow(error: Error & { code?: string; responseCode?: number }): never {
  const isOfTheMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  const isPermanent = (error.responseCode ?? 0) >= 500;
  throw isOfTheMail && isPermanent ? new PermanentFailure(error.message) : error;
}

function files(folder: string, logger: Logger): MailTransport {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail) {
      const { message } = await transport.sendMail(mail);
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${mail.messageId.replace(/[^\w-]/g, '_')}.eml`);
      writeFileSync(file, message as Buffer);
      logger.info(`mail: ${mail.subject} → ${file}${linkIn(mail.text)}`);
    },
  };
}

/** Development only: prints the link to click in the terminal. */
function linkIn(text: string): string {
  const link = /^https?:\/\/\S+$/m.exec(text)?.[0];
  return link ? `\n  ${link}` : '';
}
