import type { ProblemDefinition } from '../../common/problem';
import { STATUS_OF_KIND } from '../../common/problem-status';
import type { Config } from '../../platform/config/config';

const STYLE = `
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1rem; color: #1c2430; }
  h1 { font-size: 1.6rem } code, pre { background: #f2f4f7; border-radius: 4px; padding: .1rem .3rem }
  pre { padding: 1rem; overflow-x: auto } a { color: #0b5cad } dt { font-weight: 600 } dd { margin: 0 0 .6rem }`;

const DOCS_ENTRIES = `<dt><a href="/docs">/docs</a></dt><dd>every route, with a form to call it</dd>
       <dt><a href="/openapi.json">/openapi.json</a></dt><dd>the same for machines, OpenAPI 3.1</dd>`;

/** The welcome page: what this is, where the documentation is, and a first request. */
export function welcomePage({
  appUrl,
  environment,
  hasApiDocs,
}: Pick<Config, 'appUrl' | 'environment' | 'hasApiDocs'>): string {
  const signup = JSON.stringify({
    businessName: 'Acme',
    fullName: 'Ada Lovelace',
    email: 'ada@example.com',
    password: 'correct horse battery',
  });
  return page(
    'Tenantry is running',
    `<p>The back end of a SaaS product: businesses, teams, plans, subscriptions and exact quotas. Environment: <code>${environment}</code>.</p>
     <dl>
       ${hasApiDocs ? DOCS_ENTRIES : ''}
       <dt><a href="/health/ready">/health/ready</a></dt><dd>whether the server, its database and its queue are ready</dd>
     </dl>
     <p>Create a business; the answer contains a dashboard session and an SDK key:</p>
     <pre>curl -s ${escapeHtml(appUrl)}/v1/auth/signup -H 'content-type: application/json' -d '${escapeHtml(signup)}'</pre>
     <p>Or run <code>npm run demo</code> to watch a day of a customer's life.</p>`,
  );
}

export function problemPage(
  { code, kind, title, description }: ProblemDefinition,
  { hasApiDocs }: Pick<Config, 'hasApiDocs'>,
): string {
  const status = STATUS_OF_KIND[kind];
  const routes = hasApiDocs ? '<p><a href="/docs">All routes</a></p>' : '';
  return page(
    title,
    `<p><code>${status} ${code}</code></p><p>${escapeHtml(description)}</p>${routes}`,
  );
}

/** A page in the common style; the title is text, the body HTML. */
export function page(title: string, body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
