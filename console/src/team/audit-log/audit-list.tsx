import type { AuditEntryResponse } from '@tenantry/client';
import { text } from '../../text/catalogue';
import { Badge, Empty } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { List, TwoLines, type useList } from '../../ui/list';

interface Props {
  list: ReturnType<typeof useList<AuditEntryResponse>>;
  isFiltered: boolean;
}

/** Entries of the audit log, of one business or, for staff, of all. */
export function AuditList({ list, isFiltered }: Props) {
  return (
    <List
      label={text.auditLog.title}
      list={list}
      rowKey={({ id }) => id}
      empty={
        <Empty icon="audit" title={isFiltered ? text.common.noMatch : text.auditLog.empty}>
          {isFiltered ? text.common.noMatchLead : null}
        </Empty>
      }
      columns={[
        {
          title: text.auditLog.action,
          cell: (entry) => (
            <TwoLines
              first={<strong>{text.action(entry.action)}</strong>}
              second={<code>{entry.action}</code>}
            />
          ),
        },
        { title: text.auditLog.actor, cell: (entry) => <Actor entry={entry} /> },
        { title: text.auditLog.changes, cell: ({ changes }) => <Changes changes={changes} /> },
        { title: text.auditLog.ip, cell: ({ ip }) => ip ?? '–' },
        { title: text.auditLog.at, cell: ({ at }) => <Time at={at} /> },
      ]}
    />
  );
}

function Actor({ entry: { actor, supportSessionId } }: { entry: AuditEntryResponse }) {
  return (
    <span>
      {actor.email ?? text.actorKinds[actor.kind]}{' '}
      {supportSessionId && <Badge tone="warn">{text.auditLog.support}</Badge>}
    </span>
  );
}

/** Fields with their values before and after. */
function Changes({ changes }: { changes: AuditEntryResponse['changes'] }) {
  const fields = Object.entries(changes);
  if (fields.length === 0) return '–';
  return (
    <details className="changes">
      <summary>{text.auditLog.fields(fields.length)}</summary>
      <dl>
        {fields.map(([field, values]) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>{describe(values)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function describe(values: unknown): string {
  if (!Array.isArray(values)) return JSON.stringify(values);
  const shown = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return shown.join(' → ');
}
