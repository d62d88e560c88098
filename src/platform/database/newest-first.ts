import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { isId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';

/**
 * One page of a list by keyset: the newest rows by a time, then by id, after the cursor.
 * @param column the entity's property that holds the time; an index must begin with the tenant, it and the id
 * @returns one row more than the page holds, by which `toPage` knows that there is another page
 * @throws 422 validation_failed for a cursor of another list
 */
export function newestFirst<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  column: string,
  { limit, cursor }: ListQuery,
): Promise<Row[]> {
  const after = decodeCursor(cursor, [isInstantText, isId]);
  const [time, id] = [`${query.alias}.${column}`, `${query.alias}.id`];
  if (after) {
    const [afterTime, afterId] = after;
    query.andWhere(`(${time}, ${id}) < (:afterTime, :afterId)`, { afterTime, afterId });
  }
  return query
    .orderBy(time, 'DESC')
    .addOrderBy(id, 'DESC')
    .limit(limit + 1)
    .getMany();
}
