import { Flag, Name } from '../../../common/fields';

export class UpdateBusinessRequest {
  @Name({ optional: true })
  name?: string;

  @Flag({ optional: true, description: 'Switching it off ends running support sessions' })
  supportAccess?: boolean;
}
