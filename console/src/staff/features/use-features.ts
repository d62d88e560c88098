import type { FeatureKind, FeatureResponse } from '@tenantry/client';
import { useQuery } from '@tanstack/react-query';
import { staffFeatures } from '../../api/staff-operations';

/** The features that are not archived, for choices; of some kinds only. */
export function useFeatures(kinds?: readonly FeatureKind[]): readonly FeatureResponse[] {
  const { data } = useQuery({
    queryKey: ['staff', 'features', 'all'],
    queryFn: () => staffFeatures.list({ limit: 100 }),
  });
  const current = (data?.data ?? []).filter(({ archived }) => !archived);
  return kinds ? current.filter(({ kind }) => kinds.includes(kind)) : current;
}
