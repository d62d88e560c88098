import { QueryInteger, Text } from '../fields';

/** What every list takes. */
export class ListQuery {
  @QueryInteger({
    min: 1,
    max: 100,
    optional: true,
    description: 'The largest number of items; 20 by default',
  })
  limit: number = 20;

  @Text({ optional: true, max: 1_000, description: 'The nextCursor of the previous page' })
  cursor?: string;
}
