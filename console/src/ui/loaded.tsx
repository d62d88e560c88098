import { useQuery, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemError, type ProblemResponse } from '@tenantry/client';
import { text } from '../text/catalogue';
import { DeadEnd } from './dead-end';
import { Fault, Skeleton } from './feedback';
import { Page } from './page';

interface Props<T> {
  queryKey: QueryKey;
  load: () => Promise<T>;
  lines?: number;
  children: (value: T) => ReactNode;
}

/** What is shown of one answer, while it loads and when it fails too. */
export function Loaded<T>({ queryKey, load, lines, children }: Props<T>) {
  const { data, error, refetch } = useQuery({ queryKey, queryFn: load });
  if (data !== undefined) return children(data);
  if (error instanceof ProblemError && error.status === 404)
    return <Gone problem={error.details as ProblemResponse} />;
  if (error) return <Fault error={error} onRetry={() => void refetch()} />;
  return <Skeleton lines={lines} />;
}

/** There is no such thing, or not any more. */
function Gone({ problem }: { problem: ProblemResponse }) {
  return (
    <Page title={problem.title}>
      <DeadEnd icon="search" title={text.problems.gone} />
    </Page>
  );
}
