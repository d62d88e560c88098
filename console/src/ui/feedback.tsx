import {
  ConnectionError,
  ProblemError,
  UnexpectedAnswerError,
  type ProblemResponse,
} from '@tenantry/client';
import { useSyncExternalStore, type ReactNode } from 'react';
import { brand } from '../api/brand';
import { faultsOutside } from '../api/faults';
import { text } from '../text/catalogue';
import { Button } from './button';
import { Icon } from './icon';
import type { IconName } from './icon-paths';
import { PlainFault } from './plain-fault';

interface FaultProps {
  error: unknown;
  /** What the server says of fields that are not on the page; otherwise of all. */
  faults?: string[];
  onRetry?: () => void;
}

/** What the server refused, in words for the reader, with the id that support asks for. */
export function Fault({ error, faults, onRetry }: FaultProps) {
  const { title, detail, requestId } = describe(error, faults);
  return (
    <div className="fault" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{title}</strong>
        {detail && <p>{detail}</p>}
        {requestId && (
          <p className="hint">
            {text.problems.requestId(requestId)} <Support about={requestId} />
          </p>
        )}
      </div>
      {onRetry && <Button onPress={onRetry}>{text.common.retry}</Button>}
    </div>
  );
}

/** A mail to those who run this installation, where it names them. */
function Support({ about }: { about: string }) {
  if (brand.supportEmail === null) return null;
  const subject = encodeURIComponent(text.problems.requestId(about));
  return <a href={`mailto:${brand.supportEmail}?subject=${subject}`}>{text.problems.support}</a>;
}

interface Described {
  title: string;
  detail?: string;
  requestId?: string | null;
}

function describe(error: unknown, faults = faultsOutside(null, error)): Described {
  if (error instanceof ConnectionError) return text.problems.offline;
  if (error instanceof UnexpectedAnswerError) return text.problems.unavailable(error.status);
  if (error instanceof PlainFault) return error.said;
  if (!(error instanceof ProblemError)) return { title: text.problems.unexpected };
  if (error.code === 'validation_failed')
    return faults.length > 0
      ? { title: text.problems.refused, detail: faults.join(' ') }
      : { title: text.problems.fields };
  if (error.status === 429) return text.problems.tooMany(error.retryAfterSeconds);
  if (error.status === 503) return text.problems.busy(error.retryAfterSeconds);
  const { title, detail, status, instance } = error.details as ProblemResponse;
  const requestId = status >= 500 ? instance.replace('urn:request:', '') : null;
  return { title, detail: detail === title ? undefined : detail, requestId };
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={22} />
      </span>
      <h3>{title}</h3>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** Grey lines in the place of what loads; they appear after 200 ms, so that a quick answer shows none. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-label={text.common.loading}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'neutral' | 'accent';

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

const SHOWN_MS = 5_000;

interface Notice {
  id: number;
  message: string;
  icon: IconName;
}

let notices: readonly Notice[] = [];
const listeners = new Set<() => void>();

function setNotices(next: readonly Notice[]): void {
  notices = next;
  listeners.forEach((listener) => listener());
}

/** For buttons without a form: says what the server refused. */
export function notifyFault(error: unknown): void {
  const { title, detail } = describe(error);
  notify(detail ? `${title}. ${detail}` : title, 'alert');
}

/** Says that something is done, for five seconds. */
export function notify(message: string, icon: IconName = 'check'): void {
  const notice = { id: Math.random(), message, icon };
  setNotices([...notices, notice]);
  setTimeout(() => setNotices(notices.filter((each) => each !== notice)), SHOWN_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map(({ id, message, icon }) => (
        <div key={id} className="notice">
          <Icon name={icon} />
          {message}
        </div>
      ))}
    </div>
  );
}
