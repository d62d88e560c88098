import { me } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { notify } from '../../ui/feedback';
import { NewPasswordField, PasswordField } from '../../ui/entry-fields';
import { Field } from '../../ui/fields';
import { Form } from '../../ui/form';
import { Card, Page } from '../../ui/page';
import { Identities } from './identities';
import { OwnEmail } from './own-email';
import { OwnFactor } from './own-factor';
import { Sessions } from './sessions';

/** The reader's own name, password and sessions. */
export default function Account() {
  const { user } = useMe();
  return (
    <Page title={text.account.title} lead={user?.email}>
      <Card title={text.account.profile}>
        <Form
          submit={text.common.save}
          send={({ fullName = '' }) => me.update({ fullName })}
          onDone={() => notify(text.common.saved)}
        >
          <Field
            name="fullName"
            label={text.fields.fullName}
            defaultValue={user?.fullName}
            autoComplete="name"
            isRequired
          />
        </Form>
      </Card>
      <Card title={text.account.password} lead={text.account.passwordLead}>
        <Form
          submit={text.account.changePassword}
          send={({ currentPassword = '', newPassword = '' }) =>
            me.changePassword({ currentPassword, newPassword })
          }
          onDone={() => notify(text.account.passwordChanged)}
        >
          <PasswordField name="currentPassword" label={text.account.currentPassword} />
          <NewPasswordField name="newPassword" label={text.fields.newPassword} />
        </Form>
      </Card>
      <OwnEmail />
      <OwnFactor />
      <Identities />
      <Card title={text.account.sessions} lead={text.account.sessionsLead} isFlush>
        <Sessions />
      </Card>
    </Page>
  );
}
