import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { isPlainName, NEUTRAL_NAMES, withoutLinks } from './typed-names';

const OF_THE_CORE = [
  'invitation',
  'password-reset',
  'password-changed',
  'email-verification',
  'support-session-started',
  'trial-ending',
  'payment-missing',
  'plan-gets-price',
  'change-called-off',
  'usage-alert',
  'webhook-endpoint-disabled',
  'notification',
  'second-factor-cleared',
  'second-factor-reset',
  'second-factor-removed',
  'passkey-added',
  'passkey-removed',
  'authenticator-app-added',
  'authenticator-app-removed',
  'recovery-codes-renewed',
  'recovery-code-used',
  'identity-linked',
  'identity-unlinked',
  'email-change-old',
  'email-change-new',
  'email-changed',
  'email-changed-new',
  'email-change-undone',
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

const TEMPLATES = join(__dirname, 'templates');
declareMails(TEMPLATES, OF_THE_CORE);

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

/** What each mail and the layout may name. */
export interface MailBrand {
  brandName: string;
  color: string;
  /** Empty: none. */
  logoUrl: string;
  supportEmail: string;
}

const LAYOUT = 'layout';
const OF_THE_BRAND = ['brandName', 'supportEmail'];
const OF_THE_LAYOUT = [...OF_THE_BRAND, 'color', 'logoUrl', 'paragraphs', 'isLink', 'content'];

/**
 * The texts of mails: `templates/<name>.hbs`, the first line the subject, the rest paragraphs. Plain text and HTML
 * are rendered from one source; a line `> url` is a link, in HTML a button. `layout.hbs` is the HTML around them.
 */
export class MailTemplates {
  private readonly compiled = new Map<MailTemplate, CompiledTemplate>();
  private readonly layout: HandlebarsTemplateDelegate;

  /**
   * @param folder of the operator: its files replace those of the sources
   * @throws Error, naming the file, for a template that no mail has, or that names a value which its mail has not
   */
  constructor(
    private readonly brand: MailBrand,
    private readonly folder: string | null = null,
  ) {
    for (const name of folder === null ? [] : listTemplates(folder)) assertUsable(folder!, name);
    this.layout = Handlebars.compile(readFileSync(this.fileOf(LAYOUT), 'utf8'));
  }

  /** A value that the template names and `values` lacks is an error, not a gap in a mail. */
  render(template: MailTemplate, values: Record<string, string>): RenderedMail {
    const { subject, paragraphs } = this.compiledOf(template);
    const { brandName, supportEmail } = this.brand;
    const branded = { brandName, supportEmail };
    const clean = { ...branded, ...mapNames(values, withoutLinks) };
    const rendered = paragraphs.map(({ isLink, content }) => ({ isLink, content: content(clean) }));
    const named = mapNames(values, (text, neutral) => (isPlainName(text) ? text : neutral));
    const texts = rendered.map(({ content }) => content);
    return {
      subject: subject({ ...branded, ...named }),
      text: `${[...texts, signatureOf(this.brand)].join('\n\n')}\n`,
      html: this.layout({ ...this.brand, paragraphs: rendered }),
    };
  }

  private compiledOf(template: MailTemplate): CompiledTemplate {
    const known = this.compiled.get(template);
    if (known) return known;
    const compiled = compileTemplate(readFileSync(this.fileOf(template), 'utf8'));
    this.compiled.set(template, compiled);
    return compiled;
  }

  private fileOf(name: string): string {
    const own = this.folder === null ? null : join(this.folder, `${name}.hbs`);
    return own !== null && existsSync(own) ? own : sourceOf(name);
  }
}

function sourceOf(name: string): string {
  const folder = name === LAYOUT ? TEMPLATES : folders.get(name as MailTemplate);
  if (!folder) throw new Error(`the mail ${name} is not declared`);
  return join(folder, `${name}.hbs`);
}

function listTemplates(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => file.slice(0, -'.hbs'.length));
}

/** At the start, since a mail that cannot be rendered is not sent. */
function assertUsable(folder: string, name: string): void {
  const file = join(folder, `${name}.hbs`);
  if (name !== LAYOUT && !folders.has(name as MailTemplate))
    throw new Error(`${file}: no mail has this name; there are ${listMailTemplates().join(', ')}`);
  const known =
    name === LAYOUT
      ? OF_THE_LAYOUT
      : [...OF_THE_BRAND, ...namesIn(readFileSync(sourceOf(name), 'utf8'))];
  const unknown = namesIn(readFileSync(file, 'utf8')).filter((each) => !known.includes(each));
  if (unknown.length > 0)
    throw new Error(`${file} names ${unknown.join(', ')}; its mail has ${known.join(', ')}`);
}

const HELPERS = ['if', 'unless', 'each'];

/** The values that a template names. @throws Error where it is no template */
function namesIn(source: string): string[] {
  const names = new Set<string>();
  class Names extends Handlebars.Visitor {
    override PathExpression({ parts }: hbs.AST.PathExpression): void {
      names.add(String(parts[0]));
    }
  }
  new Names().accept(Handlebars.parse(source));
  return [...names].filter((name) => !HELPERS.includes(name));
}

function signatureOf({ brandName, supportEmail }: MailBrand): string {
  return ['--', supportEmail ? `${brandName} · ${supportEmail}` : brandName].join('\n');
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
