import { useState } from 'react';
import { auditLog } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Field } from '../../ui/fields';
import { useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { AuditList } from './audit-list';

export default function AuditLog() {
  const [action, setAction] = useState('');
  const filter = { action: action.trim() || undefined };
  const list = useList(['audit-log', filter], (page) => auditLog.list({ ...filter, ...page }));
  return (
    <Page title={text.auditLog.title} lead={text.auditLog.lead}>
      <div className="filters">
        <Field
          name="action"
          label={text.auditLog.action}
          placeholder="api_key.create"
          value={action}
          onChange={setAction}
        />
      </div>
      <Card isFlush>
        <AuditList list={list} isFiltered={filter.action !== undefined} />
      </Card>
    </Page>
  );
}
