import { Injectable } from '@nestjs/common';
import { businessNotFound } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { JobQueue } from '../../platform/queue/job-queue';
import { EventsService } from '../events/events.service';
import type { Business } from './business.entity';
import { businessUpdated, type BusinessUpdatedData } from './businesses.events';
import { BusinessesRepository } from './businesses.repository';
import type { UpdateBusinessRequest } from './dto/update-business.request';

/** The job after a business was deactivated or activated: `{ businessId }`. */
export const BUSINESS_STATUS_CHANGED = 'business.status_changed';

@Injectable()
export class BusinessesService {
  private endSupport: (tx: Transaction) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly businesses: BusinessesRepository,
    private readonly queue: JobQueue,
    private readonly events: EventsService,
  ) {}

  /** Ends the support sessions of a business that switches support access off, in the same transaction. */
  onSupportAccessOff(endSupport: (tx: Transaction) => Promise<void>): void {
    this.endSupport = endSupport;
  }

  create(tx: Transaction, name: string): Promise<Business> {
    return this.businesses.insert(tx, name);
  }

  /** Of a business that staff name. @throws 404 business_not_found */
  async assertExists(tx: Transaction): Promise<void> {
    if (!(await this.businesses.exists(tx))) throw businessNotFound();
  }

  /** A business that staff name. @throws 404 business_not_found */
  async getNamed(tx: Transaction): Promise<Business> {
    const business = await this.businesses.find(tx);
    if (!business) throw businessNotFound();
    return business;
  }

  /** The same, locked until the transaction ends. @throws 404 business_not_found */
  async lockNamed(tx: Transaction): Promise<Business> {
    const business = await this.businesses.findAndHold(tx);
    if (!business) throw businessNotFound();
    return business;
  }

  /** A job after the commit notifies the modules above. */
  async setStatus(tx: Transaction, status: Business['status']): Promise<void> {
    await this.businesses.update(tx, { status });
    this.tell(tx, ['status']);
    await this.queue.enqueue(tx, BUSINESS_STATUS_CHANGED, { businessId: tx.requireBusinessId() });
  }

  /** The business of the request's credential. */
  get(context: RequestContext): Promise<Business> {
    return this.database.transaction(context, (tx) => this.businesses.get(tx));
  }

  update(
    context: RequestContext,
    { name, supportAccess, requireSecondFactor }: UpdateBusinessRequest,
  ): Promise<Business> {
    const changes = {
      ...(name !== undefined && { name }),
      ...(supportAccess !== undefined && { supportAccess }),
      ...(requireSecondFactor !== undefined && { requireSecondFactor }),
    };
    return this.database.transaction(context, async (tx) => {
      await this.businesses.update(tx, changes);
      this.tell(tx, Object.keys(changes) as (keyof typeof changes)[]);
      if (supportAccess === false) await this.endSupport(tx);
      return this.businesses.get(tx);
    });
  }

  private tell(tx: Transaction, changed: BusinessUpdatedData['changed']): void {
    if (changed.length > 0) this.events.append(tx, businessUpdated, { changed });
  }
}
