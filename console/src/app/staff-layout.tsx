import { Outlet, useNavigate } from '@tanstack/react-router';
import { staffAuth } from '../api/staff-operations';
import { useQuery } from '@tanstack/react-query';
import { ProveAgain } from '../second-factor/prove-again';
import { StaffFactor } from '../staff/account/staff-factor';
import { Page } from '../ui/page';
import { text } from '../text/catalogue';
import { notifyFault } from '../ui/feedback';
import { Brand } from './brand';
import { queryClient } from './queries';
import { Shell, type NavigationGroup } from './shell';
import { staffMeQuery } from './staff-session';
import { StaffSessionEnded } from './staff-session-ended';
import { UserMenu } from './user-menu';

const GROUPS: readonly NavigationGroup[] = [
  { items: [{ to: '/staff', label: text.staff.businesses.title, icon: 'businesses' }] },
  {
    label: text.shell.groups.catalog,
    items: [
      { to: '/staff/plans', label: text.staff.plans.title, icon: 'plan' },
      { to: '/staff/features', label: text.staff.features.title, icon: 'features' },
      { to: '/staff/service-keys', label: text.staff.serviceKeys.title, icon: 'server' },
    ],
  },
  {
    label: text.shell.groups.operations,
    items: [
      { to: '/staff/webhooks', label: text.webhooks.title, icon: 'external' },
      { to: '/staff/jobs', label: text.staff.jobs.title, icon: 'jobs' },
      { to: '/staff/webhook-inbox', label: text.staff.inbox.title, icon: 'inbox' },
      { to: '/staff/health', label: text.staff.health.title, icon: 'health' },
      { to: '/staff/audit-log', label: text.staff.auditLog.title, icon: 'audit' },
    ],
  },
  { items: [{ to: '/staff/account', label: text.account.title, icon: 'shield' }] },
];

/** Every page of staff. */
export function StaffLayout() {
  const navigate = useNavigate();
  const { data: staff } = useQuery(staffMeQuery);
  const { totp, passkeys } = staff?.secondFactor ?? { totp: null, passkeys: [] };
  const mustEnrol = staff?.secondFactorRequired === true && !totp && passkeys.length === 0;
  const logOut = async () => {
    await staffAuth.logOut();
    await navigate({ to: '/staff/login' });
    queryClient.clear();
  };
  const foot = (
    <UserMenu
      name={staff?.name ?? text.staff.title}
      detail={text.staff.title}
      logOut={text.shell.logOut}
      onLogOut={() => void logOut().catch(notifyFault)}
    />
  );
  return (
    <Shell head={<Brand label={text.staff.title} />} foot={foot} groups={GROUPS}>
      {mustEnrol ? <EnrolFirst /> : <Outlet />}
      <StaffSessionEnded />
      <ProveAgain
        prove={staffAuth.prove}
        ask={staffAuth.askProof}
        loadFactors={async () => (await staffAuth.get()).secondFactor}
      />
    </Shell>
  );
}

function EnrolFirst() {
  const lead = text.secondFactor.enrolLead(text.secondFactor.thisInstallation);
  return (
    <Page title={text.secondFactor.enrolTitle} lead={lead}>
      <StaffFactor />
    </Page>
  );
}
