import type { Type } from '@nestjs/common';
import { ListOf, Text } from '../fields';
import type { Page } from '../pagination';

/** Makes the class of a list's answer: `class PlanPage extends pageOf(PlanResponse) {}`. */
export function pageOf<Item extends object>(item: new () => Item): Type<Page<Item>> {
  class PageResponse implements Page<Item> {
    @ListOf(() => item)
    data!: Item[];

    @Text({
      nullable: true,
      description: 'Give it as ?cursor= to get the next page; null on the last',
    })
    nextCursor!: string | null;
  }
  return PageResponse;
}
