import { QueryInteger, Text } from '../fields';

/** What every list takes. */
export class ListQuery {
  @QueryInteger({
    min: 1,
    max: 100,
    optional: true,
    description: 'How many at most; 20 unless said',
  })
  limit: number = 20;

  @Text({ optional: true, max: 1_000, description: 'The nextCursor of the page before' })
  cursor?: string;
}
