import { useQuery, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Fault, Skeleton } from './feedback';

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
  if (error) return <Fault error={error} onRetry={() => void refetch()} />;
  return <Skeleton lines={lines} />;
}
