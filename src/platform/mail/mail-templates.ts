import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';

export const MAIL_TEMPLATES = [
  'invitation',
  'password-reset',
  'email-verification',
  'support-session-started',
] as const;
export type MailTemplate = (typeof MAIL_TEMPLATES)[number];

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

type Render = (values: Record<string, string>) => string;

const FOLDER = join(__dirname, 'templates');

/**
 * The mails' texts: `templates/<name>.hbs`, whose first line is the subject, the rest paragraphs. One source
 * makes the plain text and the HTML, so they say the same; a line `> url` is a link, in HTML a button.
 */
export class MailTemplates {
  private readonly renders = new Map<MailTemplate, Render>();

  /** A value that the template names and `values` lacks is an error, not an empty space in somebody's mail. */
  render(template: MailTemplate, values: Record<string, string>): RenderedMail {
    const [subject = '', ...body] = this.renderOf(template)(values).trim().split('\n');
    const paragraphs = body
      .join('\n')
      .trim()
      .split(/\n{2,}/);
    return {
      subject: oneLine(subject),
      text: `${paragraphs.map(toText).join('\n\n')}\n`,
      html: toHtml(paragraphs),
    };
  }

  private renderOf(template: MailTemplate): Render {
    const known = this.renders.get(template);
    if (known) return known;
    const source = readFileSync(join(FOLDER, `${template}.hbs`), 'utf8');
    const render = Handlebars.compile<Record<string, string>>(source, {
      noEscape: true,
      strict: true,
    });
    const withCleanValues: Render = (values) => render(mapValues(values, oneLine));
    this.renders.set(template, withCleanValues);
    return withCleanValues;
  }
}

/** What people typed must not add lines: neither headers to the subject nor links to the text. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function toText(paragraph: string): string {
  return paragraph.replace(/^> /, '');
}

function toHtml(paragraphs: string[]): string {
  const body = paragraphs.map(toHtmlParagraph).join('\n');
  return `<!doctype html>
<html><body style="font:16px/1.6 system-ui,sans-serif;color:#1c2430;max-width:36rem;margin:2rem auto">
${body}
</body></html>
`;
}

function toHtmlParagraph(paragraph: string): string {
  if (!paragraph.startsWith('> ')) return `<p>${escape(paragraph)}</p>`;
  const url = escape(toText(paragraph));
  const style =
    'background:#0b5cad;color:#fff;padding:.6rem 1.2rem;border-radius:6px;text-decoration:none';
  return `<p><a style="${style}" href="${url}">Continue</a></p>\n<p>${url}</p>`;
}

function escape(text: string): string {
  return Handlebars.escapeExpression(text);
}

function mapValues(
  values: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
