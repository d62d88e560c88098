import type {
  AllocatedFeature,
  ConfigFeature,
  FlagFeature,
  MeteredFeature,
} from '../../common/features';
import type { RequestContext } from '../../common/request-context';
import type { EntitlementsService } from './entitlements.service';

/* What code may ask of which feature: the compiler refuses the rest. */

const sso = { key: 'sso', name: 'Single sign-on', kind: 'flag' } as const satisfies FlagFeature;
const region = {
  ...({ key: 'region', name: 'Region', kind: 'config' } as const),
  values: ['eu', 'us'] as const,
} satisfies ConfigFeature;
const free = { key: 'motto', name: 'Motto', kind: 'config' } as const satisfies ConfigFeature;
const counted: MeteredFeature = { key: 'c', name: 'C', kind: 'metered', resets: 'day' };
const existing: AllocatedFeature = { key: 'e', name: 'E', kind: 'allocated' };

type Asked = Pick<EntitlementsService, 'isEnabled' | 'valueOf'>;

/** Never called: its types are the test. */
export async function asking(entitlements: Asked, context: RequestContext): Promise<void> {
  const isOn: boolean = await entitlements.isEnabled(context, sso);
  const place: 'eu' | 'us' | null = await entitlements.valueOf(context, region);
  const motto: number | string | null = await entitlements.valueOf(context, free);
  void [isOn, place, motto];
  // @ts-expect-error a counter is not switched on
  await entitlements.isEnabled(context, counted);
  // @ts-expect-error nor is what exists
  await entitlements.isEnabled(context, existing);
  // @ts-expect-error a config feature has a value
  await entitlements.isEnabled(context, region);
  // @ts-expect-error a flag has no value
  await entitlements.valueOf(context, sso);
  // @ts-expect-error a counter has no value
  await entitlements.valueOf(context, counted);
  // @ts-expect-error asia is no choice
  const wrong: 'asia' | null = await entitlements.valueOf(context, region);
  void wrong;
}

it('is checked by the compiler', () => {
  expect(asking).toHaveLength(2);
});
