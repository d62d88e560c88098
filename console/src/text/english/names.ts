const words = (name: string): string => {
  const spaced = name.replace(/[_.-]/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

/** Actions whose words alone do not say it. */
const ACTIONS: Partial<Record<string, string>> = {
  'business.sign_up': 'Signed up',
  'session.create': 'Logged in',
  'session.end': 'Logged out',
  'session.fail': 'Login failed',
  'session.switch': 'Switched business',
  'subscription.renew': 'Subscription renewed',
  'subscription.change': 'Plan changed',
  'staff_subscription.assign': 'Plan assigned by staff',
  'dev.shift_time': 'Time moved (development)',
};

/** What values of the contract are called. */
export const names = {
  /** The key of a feature, which staff may add at any time. */
  feature: words,
  action: (action: string): string => ACTIONS[action] ?? words(action),
  roles: { owner: 'Owner', admin: 'Admin', member: 'Member', viewer: 'Viewer' },
  roleHints: {
    owner: 'Everything, billing and the business included',
    admin: 'Team, invitations, API keys and the audit log',
    member: 'Works with the product',
    viewer: 'Reads',
  },
  memberKinds: { person: 'Person', sdk: 'API keys', support: 'Support' },
  memberKindHints: {
    person: '',
    sdk: 'Holds the API keys of this business',
    support: 'The seat that support acts from',
  },
  memberStatus: { active: 'Active', deactivated: 'Deactivated' },
  invitationStatus: {
    pending: 'Pending',
    accepted: 'Accepted',
    expired: 'Expired',
    revoked: 'Revoked',
  },
  subscriptionStatus: {
    trialing: 'Trial',
    active: 'Active',
    past_due: 'Past due',
    paused: 'Paused',
    canceled: 'Canceled',
    expired: 'Expired',
  },
  invoiceStatus: {
    draft: 'Draft',
    open: 'Open',
    paid: 'Paid',
    uncollectible: 'Uncollectible',
    void: 'Void',
  },
  supportModes: { read: 'Read only', write: 'Read and write' },
  actorKinds: {
    anonymous: 'Not logged in',
    person: 'A member',
    sdk: 'API key',
    service: 'Service key',
    staff: 'Staff',
    job: 'Automatic',
    database: 'Database',
    sql: 'SQL',
  },
  businessStatus: { active: 'Active', deactivated: 'Deactivated' },
};
