import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { ApiKeysService } from '../../modules/api-keys/api-keys.service';
import { EventsService } from '../../modules/events/events.service';
import { applications } from '../features';
import { SubscriptionsService } from '../../modules/subscriptions/subscriptions.service';
import type { Application } from './application.entity';
import { applicationCreated, applicationDeleted } from './applications.events';
import { applicationNotFound, originsNeedTheWeb } from './applications.errors';
import { ApplicationsRepository, type ApplicationFields } from './applications.repository';
import type {
  CreateApplicationRequest,
  UpdateApplicationRequest,
} from './dto/application.requests';

@Injectable()
export class ApplicationsService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly apiKeys: ApiKeysService,
    private readonly events: EventsService,
  ) {}

  /** What API keys are bound to is an application (applications.module.ts). */
  onModuleInit(): void {
    this.apiKeys.holdTarget = (tx, id) => this.applications.hold(tx, id);
  }

  list(context: RequestContext, query: ListQuery): Promise<Application[]> {
    return this.database.transaction(context, (tx) => this.applications.list(tx, query));
  }

  /** @throws 404 application_not_found */
  get(context: RequestContext, id: string): Promise<Application> {
    return this.database.transaction(context, (tx) => this.getIn(tx, id));
  }

  /** @throws 402 limit_reached, 403 subscription_inactive, 409 bundle_id_taken, 422 for origins without the web */
  async create(context: RequestContext, request: CreateApplicationRequest): Promise<Application> {
    const fields = toFields(request);
    return this.database.transaction(context, async (tx) => {
      await this.subscriptions.assertRoomFor(tx, applications);
      const application = await this.applications.insert(tx, fields);
      this.events.append(tx, applicationCreated, { applicationId: application.id });
      return application;
    });
  }

  /** @throws 404 application_not_found, 409 bundle_id_taken, 422 for origins without the web */
  update(
    context: RequestContext,
    id: string,
    request: UpdateApplicationRequest,
  ): Promise<Application> {
    return this.database.transaction(context, async (tx) => {
      const changes = definedFields(request);
      const found =
        Object.keys(changes).length === 0 || (await this.applications.update(tx, id, changes));
      if (!found) throw applicationNotFound();
      return this.getIn(tx, id);
    });
  }

  /** Its recordings stay, and API keys that are bound to it end. @throws 404 application_not_found */
  delete(context: RequestContext, id: string): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      if (!(await this.applications.update(tx, id, { deletedAt: tx.now })))
        throw applicationNotFound();
      this.events.append(tx, applicationDeleted, { applicationId: id });
      await this.apiKeys.revokeBoundTo(tx, id);
    });
  }

  private async getIn(tx: Transaction, id: string): Promise<Application> {
    const application = await this.applications.find(tx, id);
    if (!application) throw applicationNotFound();
    return application;
  }
}

function toFields({
  name,
  bundleId = null,
  platform = null,
  origins = [],
}: CreateApplicationRequest): ApplicationFields {
  if (origins.length > 0 && platform !== 'web') throw originsNeedTheWeb('/origins');
  return { name, bundleId, platform, origins: distinct(origins) };
}

/** Omitted fields stay as they are; null clears. */
function definedFields({
  name,
  bundleId,
  platform,
  origins,
}: UpdateApplicationRequest): Partial<ApplicationFields> {
  return {
    ...(name !== undefined && { name }),
    ...(bundleId !== undefined && { bundleId }),
    ...(platform !== undefined && { platform }),
    ...(origins !== undefined && { origins: distinct(origins) }),
  };
}

function distinct(origins: string[]): string[] {
  return [...new Set(origins)];
}
