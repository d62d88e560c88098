import { Flag, Name } from '../../../common/fields';

export class UpdateBusinessRequest {
  @Name({ optional: true })
  name?: string;

  @Flag({ optional: true, description: 'Switching it off ends running support sessions' })
  supportAccess?: boolean;

  @Flag({
    optional: true,
    description:
      'Members without a second factor may then only set one up, from their next request on',
  })
  requireSecondFactor?: boolean;
}
