import { page } from './pages';

// The pages behind mailed links in development, until there is a front end: each does its one job with the public
// routes. The key stays in the address bar and is sent only in a body.

interface LinkForm {
  title: string;
  /** The name of the key in the URL. */
  key: string;
  /** Names and labels of the inputs. */
  inputs: [name: string, label: string, type: string][];
  /** The route, and the body field for the key. */
  route: string;
  keyField: string;
  button: string;
  done: string;
}

export type LinkName = 'signup' | 'reset-password' | 'verify-email';

const FORMS: Record<LinkName, LinkForm> = {
  signup: {
    title: 'Accept the invitation',
    key: 'activationKey',
    inputs: [
      ['fullName', 'Your name', 'text'],
      ['password', 'A password, 10 characters or more', 'password'],
    ],
    route: '/v1/auth/signup',
    keyField: 'activationKey',
    button: 'Join',
    done: 'Welcome. You are a member now and can log in.',
  },
  'reset-password': {
    title: 'Choose a new password',
    key: 'token',
    inputs: [['password', 'The new password, 10 characters or more', 'password']],
    route: '/v1/auth/password/reset',
    keyField: 'token',
    button: 'Save',
    done: 'The new password is set. All sessions have ended; log in with it.',
  },
  'verify-email': {
    title: 'Verify your e-mail address',
    key: 'token',
    inputs: [],
    route: '/v1/auth/email/verify',
    keyField: 'token',
    button: 'Verify',
    done: 'Thank you. The address is verified.',
  },
};

/** The page that a link leads to. */
export function linkPage(name: LinkName): string {
  const form = FORMS[name];
  const inputs = form.inputs.map(
    ([field, label, type]) =>
      `<p><label>${label}<br><input name="${field}" type="${type}" required></label></p>`,
  );
  const body = `<form>${inputs.join('')}<p><button>${form.button}</button></p></form><p id="answer" role="status"></p><script>${script(form)}</script>`;
  return page(form.title, body);
}

function script({ key, keyField, route, done }: LinkForm): string {
  return `
    const form = document.querySelector('form'), answer = document.getElementById('answer');
    const key = new URLSearchParams(location.search).get(${JSON.stringify(key)});
    if (location.pathname === '/signup') fetch('/v1/invitations/lookup?activationKey=' + encodeURIComponent(key))
      .then((response) => response.json())
      .then((found) => {
        if (found.fullName) form.fullName.value = found.fullName;
        answer.textContent = found.businessName ? found.email + ' joins ' + found.businessName + ' as ' + found.role + '.' : found.title;
      });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const body = { ...Object.fromEntries(new FormData(form)), ${JSON.stringify(keyField)}: key };
      const response = await fetch(${JSON.stringify(route)}, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      answer.textContent = response.ok ? ${JSON.stringify(done)} : (await response.json()).detail;
      if (response.ok) form.remove();
    });`;
}
