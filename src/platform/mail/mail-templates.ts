import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { isPlainName, NEUTRAL_NAMES, withoutLinks } from './typed-names';

const OF_THE_CORE = [
  'invitation',
  'password-reset',
  'email-verification',
  'support-session-started',
  'trial-ending',
  'payment-missing',
  'plan-gets-price',
  'change-called-off',
  'usage-alert',
] as const;
/** A product adds the names of its own: `declare module` with a further member. */
export interface MailTemplatesOf {
  core: (typeof OF_THE_CORE)[number];
}
export type MailTemplate = MailTemplatesOf[keyof MailTemplatesOf];

const folders = new Map<MailTemplate, string>();

/** Each `<folder>/<name>.hbs`; for the product, while its modules load. */
export function declareMails(folder: string, templates: readonly MailTemplate[]): void {
  for (const template of templates) folders.set(template, folder);
}

declareMails(join(__dirname, 'templates'), OF_THE_CORE);

export function listMailTemplates(): MailTemplate[] {
  return [...folders.keys()];
}

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

type Render = (values: Record<string, string>) => string;

/** The template decides whether a paragraph is a link, not the values filled in. */
interface Paragraph<Content> {
  isLink: boolean;
  content: Content;
}

interface CompiledTemplate {
  subject: Render;
  paragraphs: Paragraph<Render>[];
}

const LINK_MARK = '> ';

/**
 * The texts of mails: `templates/<name>.hbs`, the first line the subject, the rest paragraphs. Plain text and HTML
 * are rendered from one source; a line `> url` is a link, in HTML a button.
 */
export class MailTemplates {
  private readonly compiled = new Map<MailTemplate, CompiledTemplate>();

  /** A value that the template names and `values` lacks is an error, not a gap in a mail. */
  render(template: MailTemplate, values: Record<string, string>): RenderedMail {
    const { subject, paragraphs } = this.compiledOf(template);
    const clean = mapNames(values, withoutLinks);
    const rendered = paragraphs.map(({ isLink, content }) => ({ isLink, content: content(clean) }));
    return {
      subject: subject(mapNames(values, (text, neutral) => (isPlainName(text) ? text : neutral))),
      text: `${rendered.map(({ content }) => content).join('\n\n')}\n`,
      html: toHtml(rendered),
    };
  }

  private compiledOf(template: MailTemplate): CompiledTemplate {
    const known = this.compiled.get(template);
    if (known) return known;
    const folder = folders.get(template);
    if (!folder) throw new Error(`the mail ${template} is not declared`);
    const compiled = compileTemplate(readFileSync(join(folder, `${template}.hbs`), 'utf8'));
    this.compiled.set(template, compiled);
    return compiled;
  }
}

function compileTemplate(source: string): CompiledTemplate {
  const [subject = '', ...body] = source.trim().split('\n');
  const paragraphs = body
    .join('\n')
    .trim()
    .split(/\n{2,}/);
  return { subject: compile(subject), paragraphs: paragraphs.map(compileParagraph) };
}

function compileParagraph(source: string): Paragraph<Render> {
  const isLink = source.startsWith(LINK_MARK);
  return { isLink, content: compile(isLink ? source.slice(LINK_MARK.length) : source) };
}

function compile(source: string): Render {
  return Handlebars.compile<Record<string, string>>(source, { noEscape: true, strict: true });
}

/** User input must not add lines: neither headers to the subject nor links to the text. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function toHtml(paragraphs: Paragraph<string>[]): string {
  const body = paragraphs.map(toHtmlParagraph).join('\n');
  return `<!doctype html>
<html><body style="font:16px/1.6 system-ui,sans-serif;color:#1c2430;max-width:36rem;margin:2rem auto">
${body}
</body></html>
`;
}

function toHtmlParagraph({ isLink, content }: Paragraph<string>): string {
  const text = escape(content);
  if (!isLink) return `<p>${text}</p>`;
  const style =
    'background:#0b5cad;color:#fff;padding:.6rem 1.2rem;border-radius:6px;text-decoration:none';
  return `<p><a style="${style}" href="${text}">Continue</a></p>\n<p>${text}</p>`;
}

function escape(text: string): string {
  return Handlebars.escapeExpression(text);
}

/** Changes what people typed, and keeps every value on one line. */
function mapNames(
  values: Record<string, string>,
  change: (text: string, neutral: string) => string,
): Record<string, string> {
  const changed = Object.entries(values).map(([name, value]) => {
    const neutral = NEUTRAL_NAMES[name];
    return [name, oneLine(neutral === undefined ? value : change(value, neutral))];
  });
  return Object.fromEntries(changed) as Record<string, string>;
}
