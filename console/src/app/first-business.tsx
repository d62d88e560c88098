import { business } from '../api/operations';
import { text } from '../text/catalogue';
import { Field } from '../ui/fields';
import { Form } from '../ui/form';
import { Card, Page } from '../ui/page';

/** For people who belong to no business: those who left their last one. */
export function FirstBusiness() {
  return (
    <Page title={text.settings.firstBusiness} lead={text.settings.firstBusinessLead}>
      <Card>
        <CreateBusinessForm />
      </Card>
    </Page>
  );
}

/** A further business, with a session of its own. */
export function CreateBusinessForm() {
  return (
    <Form submit={text.settings.create} send={({ name = '' }) => business.create({ name })}>
      <Field name="name" label={text.settings.businessName} isRequired />
    </Form>
  );
}
