import { newId } from '../../../src/common/ids';
import { createToken } from '../../../src/common/token';
import { OneTimeKeys, type KeyPurpose } from '../../../src/modules/identity/one-time-keys';
import { makeWorld, tokenFor } from '../../support/architecture/credentials';
import { makeObject, type World } from '../../support/architecture/examples';
import type { Operation } from '../../support/architecture/openapi';
import { PASSWORD } from '../../support/customers';
import { addMember } from '../../support/members';
import { newEmail } from '../../support/signups';
import { openSupport, STAFF_PASSWORD } from '../../support/staff';
import { TestApplication } from '../../support/test-application';
import type { Case, CredentialChoice } from './cases';
import { ChangeLog, type Change } from '../../support/change-log';

type Values = Record<string, string>;

/** Requests change the world they are made in: after so many it is another. */
const USES_OF_A_WORLD = 12;

/** Where a changed or deleted row may have ended a credential. */
const ENDS = new Set([
  ...[
    'sessions',
    'api_keys',
    'service_keys',
    'members',
    'businesses',
    'users',
    'staff_sessions',
    'staff_accounts',
  ],
]);

/** The attacker, the victim whose data the requests must not touch, and the server. */
export class Target {
  world!: World;
  other!: World;
  private uses = Infinity;
  private objects = new Map<string, { own: Values; others: Values }>();
  private known: Record<string, string[]> = {};
  private tokens: Partial<Record<CredentialChoice, string>> = {};

  private constructor(
    readonly server: TestApplication,
    readonly log: ChangeLog,
  ) {}

  static async start(): Promise<Target> {
    const server = await TestApplication.start();
    return new Target(server, await ChangeLog.on(server.database.url));
  }

  async stop(): Promise<void> {
    await this.log.end();
    await this.server.stop();
  }

  /** Sees to it that the operation can succeed: a living world, and the thing that the path leads to. */
  async prepare(operation: Operation, drawn: Case): Promise<void> {
    const { credential } = drawn;
    const known = namesOfKnown(drawn);
    if (this.uses >= USES_OF_A_WORLD) await this.renew();
    if (!this.objects.has(operation.path))
      await this.makeObjects(operation).catch(async () => {
        await this.renew(); // a limit may have been reached, or support switched off
        await this.makeObjects(operation);
      });
    this.tokens[credential] ??= await this.openToken(credential);
    if (known.has('activationKey') || known.has('token')) await this.mailKeys();
    else if (known.size > 0) this.known = await this.learnKnown();
    await this.log.read(); // what was done to prepare is no change of the request
  }

  /** After something was done: what the path leads to may be gone, and so may a credential. */
  async afterChange(operation: Operation, changes: Change[]): Promise<void> {
    this.uses += 1;
    this.objects.delete(operation.path);
    this.tokens = {};
    const mayHaveEnded = changes.some(({ table, how }) => how !== 'INSERT' && ENDS.has(table));
    if (!mayHaveEnded) return;
    if (!(await this.isAlive(this.world)) || !(await this.isAlive(this.other)))
      this.uses = Infinity;
  }

  private async isAlive({ customer, staff, serviceKey }: World): Promise<boolean> {
    const answers = [
      await this.server.get('/v1/me', customer.token),
      await this.server.get('/v1/sdk/status', customer.key),
      await this.server.post('/v1/entitlements/check', serviceKey, aCheck(customer)),
      await this.server.get('/v1/staff/plans?limit=1', staff.token),
      await this.server.post('/v1/auth/login', undefined, aLogin(customer)),
    ];
    return answers.every(({ status }) => status === 200);
  }

  valuesOf({ path }: Operation): { own: Values; others: Values } {
    return this.objects.get(path)!;
  }

  /** The Authorization headers of a choice. */
  authorization(operation: Operation, credential: CredentialChoice): string[] {
    const token = this.tokens[credential] ?? tokenFor(operation.audience, this.world) ?? 'none';
    const right = `Bearer ${token}`;
    if (credential === 'none') return [];
    if (credential === 'lower-case scheme') return [`bearer ${token}`];
    if (credential === 'cut') return [right.slice(0, -1)];
    if (credential === 'without scheme') return [token];
    if (credential === 'right twice') return [right, right];
    if (credential === 'junk first') return ['Bearer junk', right];
    if (credential === 'long') return [`Bearer ${'x'.repeat(9_000)}`];
    if (credential === 'of another tenant')
      return [`Bearer ${tokenFor(operation.audience, this.other) ?? 'none'}`];
    return [right];
  }

  /** Something that the world has for a field of this name. */
  resolve = (name: string, pick: number): string => {
    if (name === 'slug' && pick > 2) return `plan-${newId()}`;
    if (name === 'externalId' && pick > 2) return `recording-${newId()}`;
    if (name === 'email' && pick > 6) return newEmail();
    const values = this.known[name] ?? [];
    return values[pick % Math.max(values.length, 1)] ?? newId();
  };

  private async makeObjects(operation: Operation): Promise<void> {
    const own = await makeObject(operation, this.world);
    const others = await makeObject(operation, this.other);
    this.objects.set(operation.path, { own, others });
  }

  private async renew(): Promise<void> {
    const staff = this.uses === Infinity ? undefined : this.world.staff;
    this.world = await makeWorld(this.server, staff);
    this.other = await makeWorld(this.server, this.world.staff);
    await this.log.query(UNLIMITED, [[this.world, this.other].map(businessIdOf)]);
    this.uses = 0;
    this.objects = new Map();
    this.tokens = {};
  }

  private async openToken(credential: CredentialChoice): Promise<string | undefined> {
    const { server, customer, staff } = this.world;
    const support = (mode: string) =>
      openSupport(server, staff, customer, { mode }).then(
        ({ token }) => token,
        () => createToken('support_session'), // the owner has switched support off
      );
    const open: Partial<Record<CredentialChoice, () => Promise<string>>> = {
      session: () => Promise.resolve(customer.token),
      api_key: () => Promise.resolve(customer.key),
      service_key: () => Promise.resolve(this.world.serviceKey),
      staff_session: () => Promise.resolve(staff.token),
      support_read: () => support('read'),
      support_write: () => support('write'),
      junk: () => Promise.resolve('tns_junk'),
      'of a viewer': async () => (await addMember(server, customer, 'viewer')).token,
    };
    return open[credential]?.();
  }

  private async learnKnown(): Promise<Record<string, string[]>> {
    const { customer, staff } = this.world;
    const objects = [...this.objects.values()].flatMap(({ own, others }) => [own, others]);
    const ids = objects.flatMap((values) => Object.values(values));
    const plans = await this.log.query<{ id: string }>(
      'SELECT id FROM plans ORDER BY is_default DESC, id LIMIT 12',
    );
    return {
      email: [customer.email, this.other.customer.email, staff.email],
      password: [PASSWORD, STAFF_PASSWORD],
      currentPassword: [PASSWORD],
      slug: ['free', 'pro'],
      externalId: ['again'],
      planId: plans.map(({ id }) => id),
      businessId: [customer.business.id, this.other.customer.business.id],
      feature: ['recordings', 'seats', 'applications'],
      applicationId: ids,
      actorId: [customer.member.id, this.other.customer.member.id, staff.id],
    };
  }

  /** The one-time keys that were mailed, to join a business with, to verify an address, to set a new password. */
  private async readKeys(): Promise<Record<string, string[]>> {
    const rows = await this.log.query<{ purpose: KeyPurpose; id: string; nonce: Buffer }>(KEYS, [
      this.world.customer.email,
      [this.world, this.other].map(businessIdOf),
    ]);
    const oneTimeKeys = this.server.app.get(OneTimeKeys, { strict: false });
    const keysFor = (isInvitation: boolean) =>
      rows
        .filter(({ purpose }) => (purpose === 'invitation') === isInvitation)
        .map(({ purpose, id, nonce }) => oneTimeKeys.derive(purpose, id, nonce));
    return { activationKey: keysFor(true), token: keysFor(false) };
  }

  /** Has keys mailed: invitations of a stranger to here and of this customer to the other business, a new password. */
  private async mailKeys(): Promise<void> {
    const { email } = this.world.customer;
    const invite = ({ customer }: World, invited: string) =>
      this.server.post('/v1/invitations', customer.token, { email: invited, role: 'admin' });
    await invite(this.world, newEmail());
    await invite(this.other, email);
    await this.server.post('/v1/auth/password/forgot', undefined, { email });
    this.known = { ...(await this.learnKnown()), ...(await this.readKeys()) };
  }
}

function aCheck({ business }: World['customer']): object {
  return { businessId: business.id, feature: 'seats' };
}

function aLogin({ email }: World['customer']): object {
  return { email, password: PASSWORD };
}

function businessIdOf({ customer }: World): string {
  return customer.business.id;
}

/** The fields whose values the request takes from the world. */
function namesOfKnown(drawn: Case): Set<string> {
  const found = JSON.stringify(drawn).matchAll(/"known":"(\w+)"/g);
  return new Set([...found].map(([, name]) => name!));
}

/** No limit stands in the way of what is tried. */
const UNLIMITED = `
  UPDATE subscriptions SET plan_id = plans.id, plan_version = plans.version
  FROM plans WHERE slug = 'unlimited' AND business_id = ANY ($1) AND is_current`;

const KEYS = `
  SELECT purpose, one_time_keys.id, nonce FROM one_time_keys JOIN users ON users.id = user_id WHERE email = $1
  UNION ALL
  SELECT 'invitation', id, nonce FROM invitations WHERE business_id = ANY ($2)
    AND accepted_at IS NULL AND revoked_at IS NULL
  LIMIT 20`;
