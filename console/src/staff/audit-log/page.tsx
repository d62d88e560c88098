import { useState } from 'react';
import { staffOperations } from '../../api/staff-operations';
import { AuditList } from '../../team/audit-log/audit-list';
import { text } from '../../text/catalogue';
import { Field } from '../../ui/fields';
import { useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';

export default function StaffAuditLog() {
  const [action, setAction] = useState('');
  const [businessId, setBusinessId] = useState('');
  const filter = { action: action.trim() || undefined, businessId: businessId.trim() || undefined };
  const list = useList(['staff', 'audit-log', filter], (page) =>
    staffOperations.listAuditLog({ ...filter, ...page }),
  );
  return (
    <Page title={text.staff.auditLog.title} lead={text.staff.auditLog.lead}>
      <div className="filters">
        <Field
          name="action"
          label={text.auditLog.action}
          placeholder="support_session.start"
          value={action}
          onChange={setAction}
        />
        <Field
          name="businessId"
          label={text.staff.auditLog.business}
          value={businessId}
          onChange={setBusinessId}
        />
      </div>
      <Card isFlush>
        <AuditList list={list} isFiltered={Object.values(filter).some(Boolean)} />
      </Card>
    </Page>
  );
}
