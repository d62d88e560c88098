import type { Type } from '@nestjs/common';
import { ListOf, Text } from '../fields';
import type { Page } from '../pagination';

/** Makes the response class of a list: `class PlanPage extends pageOf(PlanResponse) {}`. */
export function pageOf<Item extends object>(item: new () => Item): Type<Page<Item>> {
  class PageResponse implements Page<Item> {
    @ListOf(() => item)
    data!: Item[];

    @Text({
      nullable: true,
      description: 'Pass it as ?cursor= to get the next page; null on the last page',
    })
    nextCursor!: string | null;
  }
  return PageResponse;
}
