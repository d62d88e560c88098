import type { Operation } from '../../support/architecture/openapi';
import { PASSWORD, signUp, type Customer } from '../../support/customers';
import { addMember } from '../../support/members';
import { addStaff, logInAsStaff, type StaffMember } from '../../support/staff';
import type { TestApplication } from '../../support/test-application';
import type { ChangeLog } from '../../support/change-log';
import type { Contract } from './contract';
import { sendTimed, type Exchange } from './exchange';
import { listFaults, showExchange } from './rules';

/** A caller with a session in a business: a member, or support. */
export interface Person {
  email: string;
  token: string;
}

export interface Tenant {
  id: string;
  /** The SDK's newest key. */
  key: string;
  people: Person[];
}

export interface Asking {
  values?: Record<string, string>;
  body?: object;
  query?: string;
}

/** Businesses with their people, and staff, who act one after the other. */
export class Stage {
  readonly tenants: Tenant[] = [];
  readonly staff: StaffMember[] = [];
  /** What was asked so far, for who has to find out how it came to this. */
  readonly story: string[] = [];
  /** The tenant whose rows the move may change; null: any. */
  mayChange: Set<string> | null = new Set();
  /** How many recordings were answered with 201 since the last check. */
  stored = 0;

  private constructor(
    readonly server: TestApplication,
    readonly log: ChangeLog,
    private readonly contract: Contract,
  ) {}

  static async set(server: TestApplication, log: ChangeLog, contract: Contract): Promise<Stage> {
    const stage = new Stage(server, log, contract);
    stage.staff.push(await addStaff(server));
    for (const name of ['One', 'Two']) await stage.addTenant(await signUp(server, name));
    return stage;
  }

  private async addTenant(customer: Customer): Promise<void> {
    const admin = await addMember(this.server, customer, 'admin');
    const viewer = await addMember(this.server, customer, 'viewer');
    const { business, key } = customer;
    this.tenants.push({ id: business.id, key, people: [customer, admin, viewer] });
  }

  /** Asks as a member. A session that has ended is opened again, where the person may. */
  async asMember(
    tenant: Tenant,
    person: Person,
    name: string,
    asking: Asking = {},
  ): Promise<Exchange> {
    const exchanged = await this.ask(name, person.token, asking, [tenant.id]);
    if (exchanged.answer.status === 401) await this.logIn(tenant, person);
    return exchanged;
  }

  async asSdk(tenant: Tenant, name: string, asking: Asking): Promise<Exchange> {
    return this.ask(name, tenant.key, asking, [tenant.id]);
  }

  /** Asks as staff, who may change what is of this tenant. */
  async asStaff(tenant: Tenant, name: string, asking: Asking = {}): Promise<Exchange> {
    const [staff] = this.staff;
    const exchanged = await this.ask(name, staff!.token, asking, [tenant.id]);
    if (exchanged.answer.status === 401)
      staff!.token = (await logInAsStaff(this.server, staff!.email)).session.token;
    return exchanged;
  }

  async asAnonymous(name: string, asking: Asking): Promise<Exchange> {
    return this.ask(name, undefined, asking, []);
  }

  /** The id of one of the tenant's rows; where it has none, one that nothing has. */
  async idOf(table: string, { id }: Tenant, pick: number, condition = 'true'): Promise<string> {
    const rows = await this.log.query<{ id: string }>(
      `SELECT id FROM ${table} WHERE business_id = $1 AND ${condition} ORDER BY id LIMIT 50`,
      [id],
    );
    return rows[pick % Math.max(rows.length, 1)]?.id ?? id;
  }

  private async logIn(tenant: Tenant, person: Person): Promise<void> {
    const body = { email: person.email, password: PASSWORD, businessId: tenant.id };
    const { answer } = await this.asAnonymous('POST /v1/auth/login', { body });
    if (answer.status === 200)
      person.token = bodyOf<{ session: Person }>(answer.text).session.token;
  }

  /** @throws Error when the answer breaks one of the rules for all answers */
  private async ask(
    name: string,
    token: string | undefined,
    { values = {}, body, query }: Asking,
    mayChange: string[],
  ): Promise<Exchange> {
    const operation = this.operation(name);
    const path = operation.path.replace(/\{(\w+)\}/g, (_, parameter: string) => values[parameter]!);
    const request = {
      method: operation.verb.toUpperCase(),
      path: query ? `${path}?${query}` : path,
      headers: [
        ...(token ? [['Authorization', `Bearer ${token}`] as [string, string]] : []),
        ...(body ? [['Content-Type', 'application/json'] as [string, string]] : []),
      ],
      body: body && JSON.stringify(body),
    };
    for (const id of mayChange) this.mayChange?.add(id);
    await this.log.read();
    const { answer, tookMs } = await sendTimed(this.server.url, request);
    const changes = await this.log.read();
    const credential = 'right' as const;
    const exchanged = {
      operation,
      credential,
      request,
      answer,
      tookMs,
      changes,
      isAtOperation: true,
    };
    this.story.push(`${request.method} ${request.path} ${request.body ?? ''} → ${answer.status}`);
    const faults = [...listFaults(exchanged, this.contract), ...this.foreign(exchanged)];
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\n${showExchange(exchanged)}`);
    return exchanged;
  }

  private foreign({ changes }: Pick<Exchange, 'changes'>): string[] {
    const { mayChange } = this;
    if (!mayChange) return [];
    const known = new Set(this.tenants.map(({ id }) => id));
    return changes
      .filter(({ businessId }) => businessId && known.has(businessId) && !mayChange.has(businessId))
      .map((change) => `a row of another business: ${JSON.stringify(change)}`);
  }

  private operation(name: string): Operation {
    const operation = this.contract.operations.find((each) => each.name === name);
    if (!operation) throw new Error(`openapi.json has no ${name}`);
    return operation;
  }
}

export function bodyOf<Body>(text: string): Body {
  return JSON.parse(text) as Body;
}
