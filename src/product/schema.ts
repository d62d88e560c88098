import './features';
import { Application } from './applications/application.entity';
import { Recordings1763690000005 } from './migrations/1763690000005-recordings';
import { SharedIngestion1763690000010 } from './migrations/1763690000010-shared-ingestion';
import { ReadsAtSize1763690000012 } from './migrations/1763690000012-reads-at-size';
import { ReportedStarts1763690000085 } from './migrations/1763690000085-reported-starts';
import { ApplicationOrigins1763690000087 } from './migrations/1763690000087-application-origins';
import { RecordingsAsAFeature1763690000105 } from './migrations/1763690000105-recordings-as-a-feature';
import { ProductInOwnSchema1763690000107 } from './migrations/1763690000107-product-in-own-schema';
import { AdmissionInFewerSteps1763690000154 } from './migrations/1763690000154-admission-in-fewer-steps';
import { Recording } from './recordings/recording.entity';

/** The tables of this product, and how they came to be. */
export const entities = [Application, Recording];

export const migrations = [
  Recordings1763690000005,
  SharedIngestion1763690000010,
  ReadsAtSize1763690000012,
  ReportedStarts1763690000085,
  ApplicationOrigins1763690000087,
  RecordingsAsAFeature1763690000105,
  ProductInOwnSchema1763690000107,
  AdmissionInFewerSteps1763690000154,
];
