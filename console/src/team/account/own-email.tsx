import type { EmailChangeResponse } from '@tenantry/client';
import { me } from '../../api/operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, notify } from '../../ui/feedback';
import { Field } from '../../ui/fields';
import { Form } from '../../ui/form';
import { Time } from '../../ui/format';
import { Loaded } from '../../ui/loaded';
import { Card, Facts } from '../../ui/page';

/** The reader's own address, and the one that waits to take its place. */
export function OwnEmail() {
  return (
    <Loaded queryKey={['email']} load={me.getEmail}>
      {({ email, change }) => (
        <Card title={text.ownEmail.title} lead={text.ownEmail.lead}>
          {change ? (
            <Waiting change={change} email={email} />
          ) : (
            <Form
              submit={text.ownEmail.submit}
              send={({ newEmail = '' }) => me.changeEmail({ email: newEmail })}
              onDone={() => notify(text.ownEmail.sent)}
            >
              <Field
                name="newEmail"
                type="email"
                label={text.ownEmail.newEmail}
                hint={text.ownEmail.present(email)}
                autoComplete="off"
                isRequired
              />
            </Form>
          )}
        </Card>
      )}
    </Loaded>
  );
}

function Waiting({ change, email }: { change: EmailChangeResponse; email: string }) {
  const { newEmail, oldConfirmed, newConfirmed, expiresAt } = change;
  return (
    <>
      <Facts
        facts={[
          [email, <State key="old" isConfirmed={oldConfirmed} />],
          [newEmail, <State key="new" isConfirmed={newConfirmed} />],
          [text.ownEmail.until, <Time key="until" at={expiresAt} />],
        ]}
      />
      <div className="row-actions">
        <ActionDialog
          open={text.ownEmail.cancel}
          title={text.ownEmail.cancel}
          submit={text.ownEmail.cancel}
          send={me.cancelEmailChange}
        />
      </div>
    </>
  );
}

function State({ isConfirmed }: { isConfirmed: boolean }) {
  return isConfirmed ? (
    <Badge tone="good">{text.ownEmail.confirmed}</Badge>
  ) : (
    <Badge tone="warn">{text.ownEmail.waits}</Badge>
  );
}
