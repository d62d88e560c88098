import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { holdingLocks } from './held-locks';
import { walkPages } from './pages';
import { race } from './race';
import { addStaff, readAuditLog, type StaffMember } from './staff';
import { LONG_SESSIONS } from './subscriptions';
import { TestApplication } from './test-application';

export const PLANS = '/v1/staff/plans';
export const MONTHLY = { unit: 'month', count: 1 };

/** The lock that every editor of a plan waits for. */
const EDITING = 'LOCK TABLE plans IN SHARE ROW EXCLUSIVE MODE';

/** The body of a new plan, with its required fields. */
export function aPlan(changes: object = {}) {
  const usual = {
    slug: `plan-${newId()}`,
    name: 'Plan',
    ...{ price: { amount: 4900, currency: 'usd' }, interval: MONTHLY },
    limits: { recordings: 10, applications: 2, seats: null },
  };
  return { ...usual, ...changes };
}

/** The routes of plans for staff, called by one of them. */
export class StaffPlans {
  private constructor(
    readonly server: TestApplication,
    readonly staff: StaffMember,
  ) {}

  static async start(): Promise<StaffPlans> {
    const server = await TestApplication.start(LONG_SESSIONS);
    return new StaffPlans(server, await addStaff(server));
  }

  asStaff = (path: string): Promise<Response> =>
    Promise.resolve(this.server.get(path, this.staff.token));

  async listAll(): Promise<PlanResponse[]> {
    return (await walkPages<PlanResponse>(this.asStaff, PLANS, 100)).flat();
  }

  send(body: object): Promise<Response> {
    return Promise.resolve(this.server.post(PLANS, this.staff.token, body));
  }

  async create(changes: object = {}): Promise<PlanResponse> {
    return planOf(await this.send(aPlan(changes)), 201);
  }

  patch({ id }: Pick<PlanResponse, 'id'>, changes: object): Promise<Response> {
    return Promise.resolve(this.server.patch(`${PLANS}/${id}`, this.staff.token, changes));
  }

  async change(plan: PlanResponse, changes: object): Promise<PlanResponse> {
    return planOf(await this.patch(plan, changes), 200);
  }

  askToArchive({ id }: Pick<PlanResponse, 'id'>): Promise<Response> {
    return Promise.resolve(this.server.post(`${PLANS}/${id}/archive`, this.staff.token));
  }

  async archive(plan: PlanResponse): Promise<PlanResponse> {
    return planOf(await this.askToArchive(plan), 200);
  }

  async read({ id }: Pick<PlanResponse, 'id'>): Promise<PlanResponse> {
    return planOf(await this.asStaff(`${PLANS}/${id}`), 200);
  }

  /** Edits that all wait for the same lock, and are released at once. */
  async raceToEdit(
    editors: number,
    edit: (index: number) => Promise<Response>,
  ): Promise<Response[]> {
    const { answers } = await holdingLocks(
      this.server.database,
      EDITING,
      [],
      async (untilWaited) => {
        const started = { answers: race(editors, edit) };
        await untilWaited(editors);
        return started; // inside an object, or they would be awaited with the lock still held
      },
    );
    return answers;
  }

  /** The rows of one request in the log of the installation, by target: rows of one moment have no order. */
  async readAudit({ headers }: Response): Promise<Record<string, AuditEntryResponse>> {
    const rows = await readAuditLog(this.server, this.staff.token, '', '/v1/staff/audit-log');
    const own = rows.filter(({ requestId }) => requestId === headers['x-request-id']);
    return Object.fromEntries(own.map((row) => [row.target.id ?? row.target.type, row]));
  }

  async countAuditRows(): Promise<number> {
    const sql = `SELECT FROM audit_log WHERE target_type ~ '^plan'`;
    return (await this.server.database.query(sql)).length;
  }
}

function planOf(response: Response, status: number): PlanResponse {
  expect(response.status).toBe(status);
  return response.body as PlanResponse;
}
