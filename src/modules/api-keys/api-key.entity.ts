import type { Scope } from '../../common/access/permissions';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { IssuedKey } from '../../platform/database/issued-key';

/** The credential of the SDK. */
@Entity('api_keys')
export class ApiKey extends IssuedKey {
  @PrimaryColumn({ name: 'business_id', type: 'uuid' })
  businessId!: string;

  /** The business's sdk member. */
  @Column({ name: 'member_id', type: 'uuid' })
  memberId!: string;

  @Column({ type: 'text', array: true })
  scopes!: Scope[];

  /** A thing of the product; null: to nothing. */
  @Column({ name: 'bound_to', type: 'uuid', nullable: true })
  boundTo!: string | null;
}
