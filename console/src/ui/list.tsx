import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ListQuery } from '../api/call';
import { text } from '../text/catalogue';
import { Button } from './button';
import { Fault, Skeleton } from './feedback';

interface PageOf<T> {
  data: readonly T[];
  nextCursor: string | null;
}

/** A list of the API, page by page. The key names the list and what it is filtered by. */
export function useList<T>(key: QueryKey, load: (query: ListQuery) => Promise<PageOf<T>>) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => load(pageParam ? { cursor: pageParam } : {}),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (previous) => previous,
  });
}

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  isEnd?: boolean;
  /** The title is read aloud, not shown: for buttons. */
  isQuiet?: boolean;
}

interface ListProps<T> {
  label: string;
  list: ReturnType<typeof useList<T>>;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  empty: ReactNode;
}

/** A list with its four states: loading, failed, empty, and its rows to the end. */
export function List<T>({ label, list, columns, rowKey, empty }: ListProps<T>) {
  if (list.isPending) return <Skeleton lines={5} />;
  if (list.isLoadingError) return <Fault error={list.error} onRetry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap(({ data }) => data);
  if (rows.length === 0) return empty;
  return (
    <>
      <Table label={label} columns={columns} rows={rows} rowKey={rowKey} />
      <ListEnd list={list} count={rows.length} />
    </>
  );
}

/** The way to the next page, or how many there are. */
export function ListEnd<T>({
  list,
  count,
}: {
  list: ReturnType<typeof useList<T>>;
  count: number;
}) {
  return (
    <footer className="list-end">
      {list.hasNextPage ? (
        <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          {text.common.more}
        </Button>
      ) : (
        <span>{text.common.rows(count)}</span>
      )}
    </footer>
  );
}

interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
}

/** On a narrow screen each row is a block, and each cell bears the title of its column. */
export function Table<T>({ label, columns, rows, rowKey }: TableProps<T>) {
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ title, isEnd, isQuiet }) => (
            <th key={title} scope="col" className={isEnd ? 'end' : undefined}>
              <span className={isQuiet ? 'unseen' : undefined}>{title}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map(({ title, cell, isEnd, isQuiet }) => (
              <td
                key={title}
                className={isEnd ? 'end' : undefined}
                data-title={isQuiet ? undefined : title}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A cell of two lines: what it is about, and what tells it from others. */
export function TwoLines({ first, second }: { first: ReactNode; second: ReactNode }) {
  return (
    <span className="two-lines">
      {first}
      <small>{second}</small>
    </span>
  );
}
