import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { FEATURE_KEY } from '../../common/features';
import { decodeCursor } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import { BusinessGrant } from './business-grant.entity';

@Injectable()
export class BusinessGrantsRepository {
  /** Own grants of the business, expired ones too, in the order of features; one more than `limit`. */
  list(tx: Transaction, { limit, cursor }: ListQuery): Promise<BusinessGrant[]> {
    const [after] = decodeCursor(cursor, [isKey]) ?? [''];
    return tx
      .repository(BusinessGrant)
      .createQueryBuilder('own')
      .where('own.businessId = :businessId', { businessId: tx.requireBusinessId() })
      .andWhere('own.key > :after', { after })
      .orderBy('own.key')
      .limit(limit + 1)
      .getMany();
  }

  find(tx: Transaction, key: string): Promise<BusinessGrant | null> {
    return tx.repository(BusinessGrant).findOneBy({ businessId: tx.requireBusinessId(), key });
  }

  /** Replaces the business's own grant of that feature. */
  async write(tx: Transaction, own: BusinessGrant): Promise<void> {
    await tx.repository(BusinessGrant).upsert(own, ['businessId', 'key']);
  }

  /** Whether there was one. */
  async delete(tx: Transaction, key: string): Promise<boolean> {
    const businessId = tx.requireBusinessId();
    const { affected } = await tx.repository(BusinessGrant).delete({ businessId, key });
    return affected === 1;
  }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && FEATURE_KEY.test(value);
}
