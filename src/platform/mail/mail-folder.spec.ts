import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailTemplates } from './mail-templates';

/* The operator's own texts, and the brand in all of them. */

const BRAND = {
  ...{ brandName: 'Shop & Co', color: '#0b5cad' },
  ...{ logoUrl: 'https://app.example/console/logo', supportEmail: 'help@shop.example' },
};
const RESET = { email: 'ada@example.com', url: 'https://app.example/reset-password?token=x' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-mails-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const render = () => new MailTemplates(BRAND, folder).render('password-reset', RESET);

it('each mail has name, colour, logo and support address', () => {
  const { text, html } = render();
  expect(text).toMatch(/\n\n--\nShop & Co · help@shop\.example\n$/);
  expect(html).toContain('<img src="https://app.example/console/logo" alt="Shop &amp; Co"');
  expect(html).toContain('background:#0b5cad');
  expect(html).toContain('Shop &amp; Co · help@shop.example');
});

it('a file of the folder replaces a mail, and the others stay', () => {
  write('password-reset.hbs', 'Your {{brandName}} password\n\nHello {{email}}.\n\n> {{url}}\n');
  write('README.md', 'not a mail');
  const templates = new MailTemplates(BRAND, folder);
  const { subject, text } = templates.render('password-reset', RESET);
  expect(subject).toBe('Your Shop & Co password');
  expect(text).toContain('Hello ada@example.com.\n\nhttps://app.example/reset-password?token=x');
  expect(templates.render('email-verification', RESET).text).toContain(RESET.url);
});

it('layout.hbs replaces the HTML around all mails', () => {
  write('layout.hbs', '<main>{{#each paragraphs}}<p>{{content}}</p>{{/each}}</main>');
  expect(render().html).toMatch(/^<main><p>.*<\/main>$/s);
});

it.each([
  ['a mail that there is not', 'pasword-reset.hbs', 'Hi', /pasword-reset\.hbs: no mail/],
  [
    'a value that its mail has not',
    'password-reset.hbs',
    'Hi {{name}}',
    /names name; its mail has/,
  ],
  ['what is no template', 'password-reset.hbs', 'Hi {{#if', /Parse error/],
  ['a value that the layout has not', 'layout.hbs', '{{token}}', /names token/],
])('%s ends the start', (_, file, text, message) => {
  write(file, text);
  expect(() => new MailTemplates(BRAND, folder)).toThrow(message);
});
