import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { FEATURE_KEY } from '../../common/features';
import { decodeCursor } from '../../common/pagination';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { Feature } from './feature.entity';
import { featureKeyTaken } from './features.errors';

@Injectable()
export class FeaturesRepository {
  /** All features, archived ones too, in the order of their keys: they are few. */
  listAll(tx: Transaction): Promise<Feature[]> {
    return tx.repository(Feature).find({ order: { key: 'ASC' } });
  }

  /** The same, a page; one more than `limit`. */
  list(tx: Transaction, { limit, cursor }: ListQuery): Promise<Feature[]> {
    const [after] = decodeCursor(cursor, [isKey]) ?? [''];
    return tx
      .repository(Feature)
      .createQueryBuilder('feature')
      .where('feature.key > :after', { after })
      .orderBy('feature.key')
      .limit(limit + 1)
      .getMany();
  }

  find(tx: Transaction, key: string): Promise<Feature | null> {
    return tx.repository(Feature).findOneBy({ key });
  }

  /** @throws 409 feature_key_taken */
  async insert(tx: Transaction, feature: Feature): Promise<void> {
    try {
      await tx.repository(Feature).insert(feature);
    } catch (error) {
      if (violatedConstraint(error) === 'pk_features') throw featureKeyTaken();
      throw error;
    }
  }

  async update(tx: Transaction, { key, ...fields }: Feature): Promise<void> {
    await tx.repository(Feature).update({ key }, fields);
  }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && FEATURE_KEY.test(value);
}
