import { Id, Text } from '../../../common/fields';
import { SessionRequest } from '../../identity/dto/session.request';

const LONGEST_TOKEN = 8_192;

export class ExchangeRequest extends SessionRequest {
  @Text({ min: 1, max: LONGEST_TOKEN, description: 'A JWT of one of TRUSTED_ISSUERS' })
  token!: string;

  @Id({
    optional: true,
    description: 'The business; by default that which the token names, else the one used last',
  })
  businessId?: string;
}
