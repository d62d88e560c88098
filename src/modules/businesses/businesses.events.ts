import { defineEvent } from '../../common/events';
import { ChoiceList } from '../../common/fields';

const BUSINESS_FIELDS = ['name', 'supportAccess', 'requireSecondFactor', 'status'] as const;

export class BusinessUpdatedData {
  @ChoiceList('BusinessField', BUSINESS_FIELDS, { description: 'GET /v1/business has the values' })
  changed!: (typeof BUSINESS_FIELDS)[number][];
}

export const businessUpdated = defineEvent({
  type: 'business.updated',
  notice: { title: 'The settings of the business were changed', mailTo: [] },
  permission: 'business:read',
  description: 'Its name, its support access, its demand of a second factor or its status was set',
  data: BusinessUpdatedData,
});
