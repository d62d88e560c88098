import { Column, Entity } from 'typeorm';
import type { ServiceScope } from '../../common/access/permissions';
import { IssuedKey } from '../../platform/database/issued-key';

/** The credential of a back end of the founder's. It belongs to no tenant. */
@Entity('service_keys')
export class ServiceKey extends IssuedKey {
  @Column({ type: 'text', array: true })
  scopes!: ServiceScope[];

  /** The only businesses that it may name; null: any. */
  @Column({ name: 'business_ids', type: 'uuid', array: true, nullable: true })
  businessIds!: string[] | null;
}
