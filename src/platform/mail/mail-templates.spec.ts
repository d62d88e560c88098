import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMailTemplates, MailTemplates, type MailTemplate } from './mail-templates';
import { NEUTRAL_NAMES } from './typed-names';

const URL_OF_INVITATION = 'https://app.example/signup?activationKey=abc&from=mail';
const OF_CHANGE = {
  oldEmail: 'ada@example.com',
  newEmail: 'ada@new.example',
  url: 'https://app.example/confirm-email?token=x',
};
const OF_ACCOUNT = {
  email: 'ada@example.com',
  happenedAt: 'Sat, 28 Nov 2026 12:00:00 GMT',
  url: 'https://app.example',
};
const OF_CREDENTIAL = { ...OF_ACCOUNT, remedy: 'reset your password and tell the operator' };
const VALUES: Record<MailTemplate, Record<string, string>> = {
  notification: {
    businessName: 'Acme',
    title: 'An API key was revoked',
    happenedAt: 'Sat, 28 Nov 2026 12:00:00 GMT',
    url: 'https://app.example/notifications',
  },
  invitation: {
    invitedBy: 'Ada Lovelace',
    businessName: 'Acme',
    role: 'viewer',
    url: URL_OF_INVITATION,
    expiresAt: 'Sat, 28 Nov 2026 12:00:00 GMT',
  },
  'password-reset': { email: 'ada@example.com', url: 'https://app.example/reset-password?token=x' },
  'email-verification': {
    email: 'ada@example.com',
    url: 'https://app.example/verify-email?token=x',
  },
  'second-factor-cleared': {
    email: 'ada@example.com',
    ownerEmail: 'grace@example.com',
    happenedAt: OF_ACCOUNT.happenedAt,
  },
  'second-factor-reset': {
    email: 'ada@example.com',
    happenedAt: OF_ACCOUNT.happenedAt,
    effectiveAt: 'Sun, 22 Nov 2026 10:00:00 GMT',
    url: 'https://app.example/console/account',
  },
  'passkey-added': { ...OF_CREDENTIAL, passkeyName: 'My phone' },
  'email-change-old': OF_CHANGE,
  'email-change-new': OF_CHANGE,
  'email-changed': { ...OF_CHANGE, happenedAt: OF_ACCOUNT.happenedAt },
  'email-changed-new': {
    ...OF_CHANGE,
    happenedAt: OF_ACCOUNT.happenedAt,
    url: OF_ACCOUNT.url,
  },
  'email-change-undone': {
    oldEmail: OF_CHANGE.oldEmail,
    newEmail: OF_CHANGE.newEmail,
    happenedAt: OF_ACCOUNT.happenedAt,
  },
  'passkey-removed': OF_CREDENTIAL,
  'password-changed': OF_CREDENTIAL,
  'second-factor-removed': OF_CREDENTIAL,
  'authenticator-app-added': OF_CREDENTIAL,
  'authenticator-app-removed': OF_CREDENTIAL,
  'recovery-codes-renewed': OF_CREDENTIAL,
  'recovery-code-used': OF_CREDENTIAL,
  'identity-linked': {
    ...OF_ACCOUNT,
    identityEmail: 'ada@gmail.example',
    providerName: 'Google',
  },
  'identity-unlinked': OF_ACCOUNT,
  'usage-alert': {
    businessName: 'Acme',
    featureName: 'Recordings',
    planName: 'Free',
    percentage: '80',
    used: '80',
    limit: '100',
    whatFollows: 'It starts again at Tue, 01 Dec 2026 00:00:00 GMT.',
    url: 'https://app.example/billing',
  },
  'trial-ending': {
    businessName: 'Acme',
    planName: 'Pro',
    endsAt: 'Sat, 28 Nov 2026 12:00:00 GMT',
    whatFollows: 'Unless it is paid for, the business then moves to the plan Free.',
    url: 'https://app.example/billing',
  },
  'payment-missing': {
    businessName: 'Acme',
    planName: 'Pro',
    since: 'Sat, 21 Nov 2026 12:00:00 GMT',
    until: 'Sat, 28 Nov 2026 12:00:00 GMT',
    whatFollows: 'Then the business moves to the plan Free.',
    url: 'https://app.example/billing',
  },
  'plan-gets-price': {
    businessName: 'Acme',
    planName: 'Starter',
    price: '$15.00',
    startsAt: 'Sat, 28 Nov 2026 12:00:00 GMT',
    whatFollows: 'Unless it is paid for by then, the business moves to the plan Free.',
    url: 'https://app.example/billing',
  },
  'change-called-off': {
    businessName: 'Acme',
    planName: 'Pro',
    calledOffPlanName: 'Basic',
    url: 'https://app.example/billing',
  },
  'webhook-endpoint-disabled': {
    businessName: 'Acme',
    why: 'It has taken nothing for five days.',
    url: 'https://app.example/webhooks?endpoint=1',
  },
  'support-session-started': {
    businessName: 'Acme',
    staffEmail: 'help@tenantry.example',
    mode: 'read',
    reason: 'They asked for help',
    expiresAt: 'Sat, 28 Nov 2026 12:00:00 GMT',
  },
};

const BRAND = { brandName: 'Tenantry', color: '#4f46e5', logoUrl: '', supportEmail: '' };

describe('the texts of mails', () => {
  const templates = new MailTemplates(BRAND);
  const invitation = (changes: Record<string, string> = {}) =>
    templates.render('invitation', { ...VALUES.invitation, ...changes });
  const linksIn = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);

  describe.each(listMailTemplates())('%s', (name) => {
    const rendered = templates.render(name, VALUES[name]);

    it('has a subject of one line, and leaves nothing unfilled', () => {
      expect(rendered.subject).toMatch(/^\S.*\S$/);
      expect(Object.values(rendered).join('\n')).not.toMatch(/\{\{|\}\}|undefined|\[object/);
    });

    it('names every value that it is given', () => {
      const said = `${rendered.subject}\n${rendered.text}`;
      for (const value of Object.values(VALUES[name])) expect(said).toContain(value);
    });

    it('says the same as text and as HTML', () => {
      const [signature, ...paragraphs] = rendered.text.trim().split('\n\n').reverse();
      expect(signature).toBe('--\nTenantry');
      for (const paragraph of paragraphs)
        expect(unescape(rendered.html)).toContain(`<p>${paragraph}</p>`);
    });

    it.each(Object.keys(VALUES[name]))('requires %s', (value) => {
      const { [value]: _left, ...others } = VALUES[name];
      expect(() => templates.render(name, others)).toThrow(value);
    });

    it('has a subject in its first line and an empty one after it', () => {
      const source = readFileSync(join(__dirname, 'templates', `${name}.hbs`), 'utf8');
      expect(source.split('\n')[1]).toBe('');
    });
  });

  it('make a link a button, and show where it leads', () => {
    const { html, text } = invitation();
    expect(linksIn(html).map((link) => unescape(link ?? ''))).toEqual([URL_OF_INVITATION]);
    expect(text.split('\n\n')[1]).toBe(URL_OF_INVITATION);
  });

  it('show names as they are', () => {
    const { subject, text } = invitation({ businessName: "O'Neill & Søns <AG>" });
    expect(subject).toBe("Ada Lovelace invites you to O'Neill & Søns <AG>");
    expect(text).toContain("O'Neill & Søns <AG>");
  });

  it('turn no name into HTML', () => {
    const { html } = invitation({ invitedBy: '<b>Evil</b>', businessName: '"><script>x</script>' });
    expect(html).not.toMatch(/<b>|<script/);
    expect(html).toContain('&lt;b&gt;Evil&lt;/b&gt;');
  });

  it.each(['\r\n', '\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f', '\n\n> '])(
    'give a name with %j no line of its own',
    (lineBreak) => {
      const businessName = `Acme${lineBreak}Bcc: x@y.z`;
      const { subject, text } = invitation({ businessName });
      expect(subject).toBe('Ada Lovelace invites you to a business');
      expect(text).toMatch(/join Acme (> )?Bcc: x @ y\. z as viewer\./);
      expect(text.trim().split('\n\n')).toHaveLength(4);
      expect(text).not.toMatch(/^(> )?Bcc:/m);
    },
  );

  it.each(['> https://evil.example/', '> javascript:alert(1)//', '\n\n> https://evil.example/'])(
    'turn the name %j into no link',
    (invitedBy) => {
      const { html } = invitation({ invitedBy });
      expect(linksIn(html).map((link) => unescape(link ?? ''))).toEqual([URL_OF_INVITATION]);
    },
  );

  it.each([
    'Pay at https://evil.example/now',
    'evil.example',
    'evil。example',
    'Prize! evil\u200b.example',
    'call help@evil.example',
    '192.0.2.1/login',
    'Acme\u202egnp.exe',
    'Acme\u2066',
    'Ac\u00adme',
    'Acme\u{e0041}',
    'A\u200dcme',
  ])('keep the name %j out of the subject, and make no link of it', (typed) => {
    const { subject, text } = invitation({ businessName: typed, invitedBy: typed });
    expect(subject).toBe('A colleague invites you to a business');
    const said = text.replaceAll(URL_OF_INVITATION, '');
    expect(said).not.toMatch(/evil.?example|\w@|:\/\/|\d\.\d/u);
    expect(said.replace(/[\n ]/g, '')).not.toMatch(/[\p{Cf}\p{Cc}]/u);
  });

  it.each([
    'Acme Inc.',
    'J. R. R. Tolkien',
    'Ärzte & Söhne',
    'می\u200cخواهم',
    '❤️ 👩\u200d👩\u200d👧',
    'AC/DC',
  ])('show the name %j in the subject, as it is', (businessName) => {
    const { subject, text } = invitation({ businessName });
    expect(subject).toBe(`Ada Lovelace invites you to ${businessName}`);
    expect(text).toContain(businessName);
  });

  it('know of every value whether people type it', () => {
    const given = Object.values(VALUES).flatMap((values) => Object.keys(values));
    const composed = ['calledOffPlanName', 'email', 'endsAt', 'expiresAt', 'mode', 'planName'];
    const ofAlerts = ['featureName', 'limit', 'percentage', 'used']; // names of features are of staff
    const moreComposed = [
      ...ofAlerts,
      'effectiveAt',
      'happenedAt',
      'identityEmail',
      'newEmail',
      'oldEmail',
      'ownerEmail',
      'price',
      'providerName',
      'remedy',
      'role',
      'since',
      'staffEmail',
      'startsAt',
      'title',
      'until',
      'url',
      'why',
    ];
    const known = [...Object.keys(NEUTRAL_NAMES), ...composed, ...moreComposed, 'whatFollows'];
    expect([...new Set(given)].sort()).toEqual(known.sort());
  });

  it('run no template that is in a name', () => {
    const { subject } = invitation({ businessName: '{{url}}' });
    expect(subject).toBe('Ada Lovelace invites you to {{url}}');
  });
});

function unescape(html: string): string {
  const characters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#x27;': "'", '&#x3D;': '=' };
  return Object.entries(characters)
    .reduce((text, [entity, character]) => text.replaceAll(entity, character), html)
    .replaceAll('&amp;', '&');
}
