import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import type { ProviderResponse } from '@tenantry/client';
import { signIn } from '../api/operations';
import { text } from '../text/catalogue';
import { EmailField } from '../ui/entry-fields';
import { Form } from '../ui/form';
import { Door } from './door';
import { ProviderButton } from './providers';

/** The sign-in of the company that has proven the domain of an address. */
export default function CompanyLogin() {
  const [found, setFound] = useState<ProviderResponse | null | undefined>();
  return (
    <Door
      title={text.signIn.byCompany}
      lead={found ? text.signIn.company(found.name) : text.signIn.companyLead}
      foot={<Link to="/login">{text.forgot.back}</Link>}
    >
      {found ? (
        <ProviderButton id={found.id} label={text.signIn.continueWith(found.name)} />
      ) : (
        <Form
          submit={text.signIn.find}
          isWide
          send={({ email = '' }) => signIn.listProviders({ email })}
          onDone={({ company }) => setFound(company)}
        >
          <EmailField autoFocus />
          {found === null && <p role="status">{text.signIn.noCompany}</p>}
        </Form>
      )}
    </Door>
  );
}
