import type { StaffBusinessResponse } from '@tenantry/client';
import { staffBusinesses } from '../../api/staff-operations';
import { areas } from '../../app/areas';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { ChoiceField, Field } from '../../ui/fields';

const words = text.staff.openSupport;

/** Logs staff in to a business: with a reason that the business reads, for an hour at most. */
export function OpenSupport({ business }: { business: StaffBusinessResponse }) {
  return (
    <ActionDialog
      open={words.open}
      openKind="primary"
      icon="support"
      title={words.title(business.name)}
      submit={words.open}
      send={({ reason = '', ticket, minutes, mode }) =>
        staffBusinesses.openSupport(business.id, {
          reason,
          ticket: ticket ?? null,
          ttlMinutes: Number(minutes),
          mode: mode === 'write' ? 'write' : 'read',
        })
      }
      onDone={() => areas.enter('support', '/')}
    >
      <p>{business.supportAccess ? words.lead : words.off}</p>
      <Field
        name="reason"
        label={words.reason}
        hint={words.reasonHint}
        rows={2}
        isRequired
        autoFocus
      />
      <Field name="ticket" label={words.ticket} />
      <Field
        name="minutes"
        type="number"
        label={words.minutes}
        defaultValue="30"
        min={1}
        max={60}
      />
      <ChoiceField
        name="mode"
        label={words.mode}
        initial="read"
        choices={[
          { id: 'read', label: text.supportModes.read },
          { id: 'write', label: text.supportModes.write },
        ]}
      />
    </ActionDialog>
  );
}
