import type { Response } from 'supertest';
import { isDocumented, operationsOf, readDocument } from '../support/architecture/openapi';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { linkIdentity } from '../support/identities';
import { IdentityProvider, newPerson } from '../support/identity-provider';
import { finishJobs, keyIn, MailServer } from '../support/mail-server';
import { addMember, joinBusiness, logIn } from '../support/members';
import { PasskeyDevice, stepOptionsOf, type Area } from '../support/passkeys';
import { Authenticator, mfaTokenOf, verify } from '../support/second-factors';
import { expectProblem } from '../support/problems';
import { signIn } from '../support/provider-sign-in';
import { newEmail } from '../support/signups';
import {
  addStaff,
  logInAsStaff,
  openSupport,
  STAFF_PASSWORD,
  type StaffMember,
} from '../support/staff';
import { TestApplication } from '../support/test-application';
import { claimsOfNewPerson, TokenIssuer } from '../support/token-issuer';

/* Every way to a session × {a second factor is demanded or not} × {the person has one or not}: what it opens. */

/** `asks`: no session without the second step. `enrols`: a session that may only set a factor up. */
type Outcome = 'opens' | 'enrols' | 'asks';

const FACTORS = ['none', 'app', 'passkey'] as const;

interface Case {
  isDemanded: boolean;
  factor: (typeof FACTORS)[number];
}

const CASES: Case[] = [false, true].flatMap((isDemanded) =>
  FACTORS.map((factor) => ({ isDemanded, factor })),
);

interface Factor {
  app: Authenticator | null;
  device: PasskeyDevice | null;
}

/** A member of a business; `token` is a session that was opened with all that the person has. */
interface Person {
  email: string;
  token: string;
  factor: Factor;
  owner: Customer;
}

let mailServer: MailServer;
let server: TestApplication;
let idp: IdentityProvider;
let issuer: TokenIssuer;
beforeAll(async () => {
  mailServer = await MailServer.start();
  const changes = { roles: ['worker' as const], smtpUrl: mailServer.url };
  idp = await IdentityProvider.start(['https://app.test/console/sign-in/idp']);
  issuer = await TokenIssuer.start('ES256');
  server = await TestApplication.start({
    ...changes,
    appUrl: 'https://app.test',
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [idp.configured()],
    trustedIssuers: [issuer.trusted()],
  });
});
afterAll(async () => {
  await server.stop();
  await idp.stop();
  await issuer.close();
  await mailServer.close();
});

async function demand({ token }: Customer): Promise<void> {
  const answer = await server.patch('/v1/business', token, { requireSecondFactor: true });
  expect(answer.status).toBe(200);
}

async function setUp(factor: Case['factor'], token: string, area: Area = '/v1'): Promise<Factor> {
  const app = factor === 'app' ? await Authenticator.enrol(server, token, area) : null;
  if (factor !== 'passkey') return { app, device: null };
  return { app, device: (await PasskeyDevice.register(server, token, area)).device };
}

async function makePerson({ isDemanded, factor }: Case): Promise<Person> {
  const owner = await signUp(server);
  const { email, token } = await addMember(server, owner, 'admin');
  const own = await setUp(factor, token);
  if (isDemanded) await demand(owner);
  return { email, token, factor: own, owner };
}

/** The second step of a login that was refused, by what its owner has. */
async function stepOf({ app, device }: Factor, refused: Response): Promise<object> {
  const mfaToken = mfaTokenOf(refused);
  if (device) return { mfaToken, passkey: device.get(stepOptionsOf(refused)) };
  return { mfaToken, code: await app!.next() };
}

const tokenIn = ({ body }: Response): string =>
  (body as { session: { token: string } }).session.token;

async function outcomeOf(token: string, path = '/v1/business'): Promise<Outcome> {
  const answer = await server.get(path, token);
  if (answer.status === 200) return 'opens';
  expectProblem(answer, 403, 'second_factor_required');
  return 'enrols';
}

async function outcomeOfLogin(answer: Response, path?: string): Promise<Outcome> {
  if (answer.status !== 401) return outcomeOf(tokenIn(answer), path);
  const mfaToken = mfaTokenOf(answer);
  expect(JSON.stringify(answer.body)).not.toMatch(/tn[sfu]_/);
  expect((await server.get('/v1/me', mfaToken)).status).toBe(401);
  return 'asks';
}

const expectedOf = ({ isDemanded, factor }: Case, steps: 'one' | 'all'): Outcome => {
  if (factor !== 'none') return steps === 'one' ? 'asks' : 'opens';
  return isDemanded ? 'enrols' : 'opens';
};

/** By action: the ways of people, and whether the password alone is the proof that they give. */
const PATHS: Record<string, { steps: 'one' | 'all'; go: (person: Person) => Promise<Outcome> }> = {
  'session.create': {
    steps: 'one',
    go: async ({ email }) => {
      const login = { email, password: PASSWORD };
      return outcomeOfLogin(await server.post('/v1/auth/login', undefined, login));
    },
  },
  'session.verify': {
    steps: 'all',
    go: async ({ email, factor, token }) => {
      if (!factor.app && !factor.device) return outcomeOf(token);
      const login = { email, password: PASSWORD };
      const refused = await server.post('/v1/auth/login', undefined, login);
      return outcomeOf(tokenIn(await verify(server, await stepOf(factor, refused))));
    },
  },
  'session.create_by_passkey': {
    steps: 'all', // it is two factors
    go: async ({ factor: { device }, token }) => {
      const stranger = new PasskeyDevice('https://app.test');
      expectProblem(await stranger.logIn(server), 401, 'passkey_invalid');
      return outcomeOf(device ? tokenIn(await device.logIn(server)) : token);
    },
  },
  'session.exchange': {
    steps: 'one',
    go: async ({ email }) => {
      const claims = await claimsOfNewPerson(server, { email });
      await linkIdentity(server.database, email, issuer.url, claims.sub!);
      const token = await issuer.sign(claims);
      return outcomeOfLogin(await server.post('/v1/auth/exchange', undefined, { token }));
    },
  },
  'session.sign_in': {
    steps: 'one',
    go: async ({ email }) => {
      idp.person = newPerson({ email });
      await linkIdentity(server.database, email, idp.url, idp.person.sub);
      return outcomeOfLogin(await signIn(server));
    },
  },
  'session.switch': {
    steps: 'all',
    go: async ({ token, owner }) => {
      const businessId = owner.business.id;
      return outcomeOf(tokenIn(await server.post('/v1/me/switch', token, { businessId })));
    },
  },
  'password.change': {
    steps: 'all',
    go: async ({ token, email, factor: { app, device } }) => {
      const newPassword = 'another battery of staples';
      const body = { currentPassword: PASSWORD, newPassword };
      expect((await server.post('/v1/me/password', token, body)).status).toBe(204);
      const login = await server.post('/v1/auth/login', undefined, {
        email,
        password: newPassword,
      });
      expect(await outcomeOfLogin(login)).toBe(app || device ? 'asks' : await outcomeOf(token));
      return outcomeOf(token);
    },
  },
  'password.reset': {
    steps: 'one',
    go: async ({ email }) => {
      await server.post('/v1/auth/password/forgot', undefined, { email });
      await finishJobs(server.database);
      const mail = mailServer.mails.findLast(({ recipients }) => recipients.includes(email));
      const password = 'another battery of staples';
      const reset = { token: keyIn(mail!), password };
      expect((await server.post('/v1/auth/password/reset', undefined, reset)).status).toBe(204);
      return outcomeOfLogin(await server.post('/v1/auth/login', undefined, { email, password }));
    },
  },
};

describe.each(Object.entries(PATHS))('by %s', (_, { steps, go }) => {
  it.each(CASES)('demanded: $isDemanded, has: $factor', async (each) => {
    expect(await go(await makePerson(each))).toBe(expectedOf(each, steps));
  });
});

describe('by business.sign_up and business.create, whose people have no factor yet', () => {
  it('a new business demands none', async () => {
    const owner = await signUp(server);
    expect(await outcomeOf(owner.token)).toBe('opens');
    const made = await server.post('/v1/businesses', owner.token, { name: 'Another' });
    expect(await outcomeOf(tokenIn(made))).toBe('opens');
  });

  it.each([false, true])('one who is invited joins; demanded: %s', async (isDemanded) => {
    const owner = await signUp(server);
    if (isDemanded) {
      await Authenticator.enrol(server, owner.token);
      await demand(owner);
    }
    const email = newEmail();
    await server.post('/v1/invitations', owner.token, { email, role: 'member' });
    await finishJobs(server.database);
    const mail = mailServer.mails.findLast(({ recipients }) => recipients.includes(email));
    const person = { activationKey: keyIn(mail!), fullName: 'Grace Hopper', password: PASSWORD };
    const joined = await server.post('/v1/auth/signup', undefined, person);
    expect(await outcomeOf(tokenIn(joined))).toBe(isDemanded ? 'enrols' : 'opens');
  });
});

describe('a business that demands a second factor', () => {
  it('counts at once for sessions that are open, until a factor is there', async () => {
    const { token, owner } = await makePerson({ isDemanded: false, factor: 'none' });
    await Authenticator.enrol(server, owner.token);
    await demand(owner);
    expect(await outcomeOf(token)).toBe('enrols');
    expect((await server.get('/v1/me', token)).body).toMatchObject({
      business: { requireSecondFactor: true },
      user: { hasSecondFactor: false },
    });
    await Authenticator.enrol(server, token);
    expect(await outcomeOf(token)).toBe('opens');
    expect((await server.delete('/v1/me/mfa/totp', token)).status).toBe(204);
    expect(await outcomeOf(token)).toBe('enrols');
  });

  it('demands nothing for another business of the same person', async () => {
    const { token, owner, email } = await makePerson({ isDemanded: true, factor: 'none' });
    const other = await signUp(server);
    const [row] = await server.database.query<{ id: string }>(
      'SELECT id FROM users WHERE email = $1',
      [email],
    );
    await joinBusiness(server.database, row!.id, other.business.id, 'member');
    const switched = await server.post('/v1/me/switch', token, { businessId: other.business.id });
    expect(await outcomeOf(tokenIn(switched))).toBe('opens');
    const login = await logIn(server, email, { businessId: owner.business.id });
    expect(await outcomeOf(login.session.token)).toBe('enrols');
  });
});

describe.each(['optional', 'required'] as const)('staff, where it is %s', (staffSecondFactor) => {
  const isDemanded = staffSecondFactor === 'required';
  let own: TestApplication;
  let everyone: TestApplication;
  beforeAll(async () => {
    own = await TestApplication.start({ staffSecondFactor });
    everyone = server;
    server = own;
  });
  afterAll(async () => {
    server = everyone;
    await own.stop();
  });

  const logInOnce = async ({ email }: StaffMember): Promise<Response> =>
    server.post('/v1/staff/auth/login', undefined, { email, password: STAFF_PASSWORD });

  it.each(FACTORS)('by staff_session.create; has: %s', async (factor) => {
    const staff = await addStaff(server);
    await setUp(factor, staff.token, '/v1/staff');
    const outcome = await outcomeOfLogin(await logInOnce(staff), '/v1/staff/businesses');
    expect(outcome).toBe(expectedOf({ isDemanded, factor }, 'one'));
  });

  it.each(['app', 'passkey'] as const)('by staff_session.verify; has: %s', async (factor) => {
    const staff = await addStaff(server);
    const own = await setUp(factor, staff.token, '/v1/staff');
    const refused = await logInOnce(staff);
    const ofPeople = await verify(server, await stepOf(own, refused));
    expect(ofPeople.status).toBe(401); // of staff, it opens no session of people
    const verified = await verify(server, await stepOf(own, refused), '/v1/staff');
    expect(await outcomeOf(tokenIn(verified), '/v1/staff/businesses')).toBe('opens');
  });

  it('by staff_session.create_by_passkey', async () => {
    const staff = await addStaff(server);
    const { device } = await setUp('passkey', staff.token, '/v1/staff');
    const loggedIn = await device!.logIn(server, { area: '/v1/staff' });
    expect(await outcomeOf(tokenIn(loggedIn), '/v1/staff/businesses')).toBe('opens');
  });

  it('by support_session.start', async () => {
    const customer = await signUp(server);
    const staff = await addStaff(server);
    const path = `/v1/staff/businesses/${customer.business.id}/support-sessions`;
    const asked = await server.post(path, staff.token, { reason: 'They asked for help' });
    expect(asked.status).toBe(isDemanded ? 403 : 201);
    await Authenticator.enrol(server, staff.token, '/v1/staff');
    const { token } = await openSupport(server, staff, customer);
    expect(await outcomeOf(token)).toBe('opens');
  });

  it('who must set one up have 15 minutes for it', async () => {
    const staff = await addStaff(server);
    const { session } = await logInAsStaff(server, staff.email);
    server.clock.moveBy(16 * 60_000);
    const { status } = await server.get('/v1/staff/me', session.token);
    expect(status).toBe(isDemanded ? 401 : 200);
  });
});

it('names every route that opens a session', async () => {
  const openers = operationsOf(await readDocument(server))
    .filter((operation) => isDocumented(operation, 409, 'cookie_needs_https'))
    .map(({ action }) => action);
  const ofStaff = [
    'staff_session.create',
    'staff_session.create_by_passkey',
    'staff_session.verify',
    'support_session.start',
  ];
  const ofPeople = ['business.create', 'business.sign_up'];
  const opening = Object.keys(PATHS).filter((action) => action.startsWith('session.'));
  const withoutSession = ['sign_in.begin']; // its cookie is what the browser shows when it finishes
  const expected = [...ofStaff, ...ofPeople, ...opening, ...withoutSession];
  expect(openers.sort()).toEqual(expected.sort());
});
