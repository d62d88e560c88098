import { StaffFactor } from './staff-factor';
import { text } from '../../text/catalogue';
import { Page } from '../../ui/page';

/** The own second factor of staff. */
export default function StaffAccount() {
  return (
    <Page title={text.account.title}>
      <StaffFactor />
    </Page>
  );
}
