import { LIMIT_MODES, type LimitMode } from '../../../common/features';
import { ByFeature, Scalar } from '../../../common/feature-fields';
import { Choice, Flag } from '../../../common/fields';
import {
  AllocatedUsageResponse,
  MeteredUsageResponse,
} from '../../entitlements/dto/usage.response';
import { ENTITLEMENT_SOURCES, type Entitlement, type EntitlementSource } from '../entitlements';

const SOURCE =
  'plan: it decides, also by not naming the feature; business: staff gave this business its own grant; credit: the grant leaves nothing, and credits do';

export class MeteredEntitlementResponse extends MeteredUsageResponse {
  @Choice('MeteredKind', ['metered'])
  kind!: 'metered';

  @Choice('EntitlementSource', ENTITLEMENT_SOURCES, { description: SOURCE })
  source!: EntitlementSource;

  @Choice('LimitMode', LIMIT_MODES)
  mode!: LimitMode;
}

export class AllocatedEntitlementResponse extends AllocatedUsageResponse {
  @Choice('AllocatedKind', ['allocated'])
  kind!: 'allocated';

  @Choice('EntitlementSource', ENTITLEMENT_SOURCES, { description: SOURCE })
  source!: EntitlementSource;

  @Choice('LimitMode', LIMIT_MODES)
  mode!: LimitMode;

  @Flag({ description: 'Whether more exist than the limit says' })
  overLimit!: boolean;
}

export class FlagEntitlementResponse {
  @Choice('FlagKind', ['flag'])
  kind!: 'flag';

  @Choice('EntitlementSource', ENTITLEMENT_SOURCES, { description: SOURCE })
  source!: EntitlementSource;

  @Flag()
  enabled!: boolean;
}

export class ConfigEntitlementResponse {
  @Choice('ConfigKind', ['config'])
  kind!: 'config';

  @Choice('EntitlementSource', ENTITLEMENT_SOURCES, { description: SOURCE })
  source!: EntitlementSource;

  @Scalar({ nullable: true, description: 'Null: nothing grants one' })
  value!: number | string | null;
}

const ENTITLEMENTS = {
  metered: MeteredEntitlementResponse,
  allocated: AllocatedEntitlementResponse,
  flag: FlagEntitlementResponse,
  config: ConfigEntitlementResponse,
};

export class EntitlementsResponse {
  @ByFeature(ENTITLEMENTS, {
    description: 'By feature; for an SDK key, those that are visible to clients',
  })
  features!: Record<string, Entitlement>;
}
