import { defineEvent } from '../../common/events';
import { Id } from '../../common/fields';

export class ApplicationData {
  @Id()
  applicationId!: string;
}

const application = { permission: 'applications:read', data: ApplicationData } as const;

export const applicationCreated = defineEvent({
  ...application,
  type: 'application.created',
  description: 'There is a new application',
});

export const applicationDeleted = defineEvent({
  ...application,
  type: 'application.deleted',
  notice: { title: 'An application was deleted', mailTo: [] },
  description: 'An application was deleted; its recordings stay',
});
