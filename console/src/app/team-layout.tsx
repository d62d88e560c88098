import { useMutation } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { brand } from '../api/brand';
import { auth, mfa } from '../api/operations';
import { productNavigation } from '../product/routes';
import { ProveAgain } from '../second-factor/prove-again';
import { ProofByProvider } from '../team/account/identities';
import { Bell } from '../team/notifications/bell';
import { useLiveNotifications } from '../team/notifications/use-live-notifications';
import { OwnFactor } from '../team/account/own-factor';
import { Page } from '../ui/page';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { notify, notifyFault } from '../ui/feedback';
import { BusinessSwitcher } from './business-switcher';
import { FirstBusiness } from './first-business';
import { ForbiddenPage } from './missing-page';
import { queryClient, useMe } from './queries';
import { SessionEnded } from './session-ended';
import { Shell, type NavigationGroup, type NavigationItem } from './shell';
import { SupportBar } from './support-bar';
import { UserMenu } from './user-menu';

const GROUPS: readonly NavigationGroup[] = [
  {
    items: [{ to: '/', label: text.overview.title, icon: 'overview' }, ...productNavigation],
  },
  {
    label: text.shell.groups.developers,
    items: [
      { to: '/api-keys', label: text.apiKeys.title, icon: 'keys', permission: 'api_keys:read' },
      {
        to: '/webhooks',
        label: text.webhooks.title,
        icon: 'external',
        permission: 'webhook_endpoints:read',
      },
      { to: '/audit-log', label: text.auditLog.title, icon: 'audit', permission: 'audit_log:read' },
    ],
  },
  {
    label: text.shell.groups.business,
    items: [
      { to: '/team', label: text.members.title, icon: 'team', permission: 'team_members:read' },
      { to: '/plan', label: text.plan.title, icon: 'plan', permission: 'subscription:read' },
      { to: '/billing', label: text.billing.title, icon: 'billing', permission: 'billing:read' },
      {
        to: '/history',
        label: text.history.title,
        icon: 'history',
        permission: 'subscription:read',
      },
      {
        to: '/support-sessions',
        label: text.supportSessions.title,
        icon: 'support',
        permission: 'support_sessions:read',
      },
      {
        to: '/settings',
        label: text.settings.title,
        icon: 'settings',
        permission: 'business:read',
      },
    ],
  },
];

const RACE: NavigationItem = {
  to: '/race',
  label: text.race.title,
  icon: 'health',
  permission: 'subscription:write',
};

/** What production does not have. */
const forDevelopment = (): NavigationGroup => ({
  label: text.shell.groups.development,
  items: brand.environment === 'production' ? [] : [RACE],
});

/** Every page of a team: who is logged in decides what it offers. */
export function TeamLayout() {
  const me = useMe();
  const { user, support, business, member, may } = me;
  useLiveNotifications(me);
  const navigate = useNavigate();
  const logOut = async () => {
    await auth.logOut();
    await navigate({ to: '/login' });
    queryClient.clear();
  };
  const mustEnrol = business?.requireSecondFactor && user && !user.hasSecondFactor;
  const isOffered = ({ permission }: NavigationItem) => !permission || may(permission);
  const own: NavigationGroup = {
    items: support ? [] : [{ to: '/account', label: text.account.title, icon: 'shield' }],
  };
  const groups = business
    ? [...GROUPS, forDevelopment(), own].map((group) => ({
        ...group,
        items: group.items.filter(isOffered),
      }))
    : [own];
  const foot = support ? null : (
    <UserMenu
      name={user?.fullName ?? ''}
      detail={member?.role ? text.roles[member.role] : ''}
      logOut={text.shell.logOut}
      onLogOut={() => void logOut().catch(notifyFault)}
    />
  );
  return (
    <Shell
      head={
        <>
          <BusinessSwitcher />
          {business && !support && <Bell />}
        </>
      }
      foot={foot}
      groups={groups}
      bar={support && <SupportBar support={support} business={business?.name ?? ''} />}
    >
      {user && !user.emailVerified && <VerifyReminder email={user.email} />}
      {mustEnrol ? (
        <EnrolFirst whose={business.name} />
      ) : business ? (
        <Permitted isOffered={isOffered} />
      ) : (
        <FirstBusiness />
      )}
      <SessionEnded />
      <ProveAgain prove={auth.prove} ask={auth.askProof} loadFactors={mfa.get}>
        <ProofByProvider />
      </ProveAgain>
    </Shell>
  );
}

/** The page of the address, where the role permits it. */
function Permitted({ isOffered }: { isOffered: (item: NavigationItem) => boolean }) {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const items = [...GROUPS, forDevelopment()].flatMap((group) => group.items);
  const item = items.find(({ to }) => to !== '/' && `${path}/`.startsWith(`${to}/`));
  return item && !isOffered(item) ? <ForbiddenPage /> : <Outlet />;
}

/** The business demands a second factor: nothing else opens before. */
function EnrolFirst({ whose }: { whose: string }) {
  return (
    <Page title={text.secondFactor.enrolTitle} lead={text.secondFactor.enrolLead(whose)}>
      <OwnFactor />
    </Page>
  );
}

function VerifyReminder({ email }: { email: string }) {
  const sending = useMutation({
    mutationFn: auth.resendVerification,
    onSuccess: () => notify(text.account.verificationSent(email)),
    onError: notifyFault,
  });
  return (
    <div className="reminder">
      {text.account.unverified(email)}
      <Button kind="quiet" isPending={sending.isPending} onPress={() => sending.mutate()}>
        {text.account.resend}
      </Button>
    </div>
  );
}
