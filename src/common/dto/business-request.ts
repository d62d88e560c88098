import { Id } from '../fields';

/** The body of a route that only service keys open. The access guard reads it; handlers take it from the context. */
export class BusinessRequest {
  @Id({ description: 'The business that this is about' })
  businessId!: string;
}
