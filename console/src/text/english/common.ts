const some = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** How long to wait, rounded up. */
const duration = (seconds: number) => {
  if (seconds < 100) return some(Math.ceil(seconds), 'second');
  if (seconds < 6_000) return some(Math.ceil(seconds / 60), 'minute');
  return some(Math.ceil(seconds / 3_600), 'hour');
};

export const common = {
  brand: 'Tenantry',
  common: {
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    saved: 'Saved',
    edit: 'Edit',
    delete: 'Delete',
    retry: 'Try again',
    more: 'Load more',
    rows: (count: number) => (count === 1 ? '1 entry' : `${count} entries, no more`),
    loading: 'Loading',
    never: 'Never',
    none: 'None',
    on: 'On',
    off: 'Off',
    unlimited: 'Unlimited',
    copy: 'Copy',
    copied: 'Copied',
    id: 'ID',
    created: 'Created',
    actions: 'Actions',
    from: 'From',
    to: 'To',
    noMatch: 'Nothing matches',
    noMatchLead: 'Change the filter to see more.',
    shownOnce: 'Copy this key now. It is not shown again.',
    keptIt: 'I have kept it',
    reason: 'Reason',
  },
  fields: {
    name: 'Name',
    email: 'E-mail',
    password: 'Password',
    newPassword: 'New password',
    passwordHint: '10 characters or more. A sentence is a good one.',
    fullName: 'Your name',
    businessName: 'Name of your business',
  },
  problems: {
    unexpected: 'Something went wrong on this page. Reload it, please.',
    offline: {
      title: 'No connection to the server',
      detail: 'Check your network. What you typed is still here.',
    },
    unavailable: (status: number) => ({
      title: 'The server is not available',
      detail: `It answered ${status}. Try again in a moment.`,
    }),
    fields: 'Check the fields above',
    refused: 'The server did not accept this',
    tooMany: (wait: number | null) => ({
      title: 'Too many requests',
      detail: wait ? `Try again in ${duration(wait)}.` : 'Try again in a moment.',
    }),
    busy: (wait: number | null) => ({
      title: 'The server is busy',
      detail: `What you typed is still here. Try again in ${wait ? duration(wait) : 'a moment'}.`,
    }),
    requestId: (id: string) => `Request ${id}`,
    support: 'Write to support',
    help: 'Help:',
    gone: 'It may have been deleted, or the link is wrong.',
    forbidden: 'Your role does not permit this page',
    forbiddenLead: 'An owner or admin can change your role.',
    missing: 'This page does not exist',
    missingHint: 'Nothing is at this address',
    missingLead: 'The link may be old, or mistyped.',
    broken: 'This page did not load',
    home: 'To the overview',
  },
  shell: {
    skip: 'Skip to the page',
    menu: 'Menu',
    navigation: 'Pages',
    logOut: 'Log out',
    themes: { system: 'Theme of the system', light: 'Light', dark: 'Dark' },
    groups: {
      developers: 'Developers',
      business: 'Business',
      catalog: 'Catalog',
      operations: 'Operations',
      development: 'Development',
    },
    businesses: 'Your businesses',
    switch: ': switch business',
    addBusiness: 'Add a business',
    noBusiness: 'No business',
    moved: 'You switched business in another tab',
    movedLead: 'This page is of the business before. Nothing was changed.',
    movedOn: 'Go on in the other business',
    sessionEnded: 'Your session has ended',
    sessionEndedLead: (email: string) =>
      `Log in again as ${email} to go on. What you typed on the page is still there.`,
  },
  support: {
    bar: 'Support session',
    looking: (business: string, mode: 'read' | 'write') =>
      `You are ${mode === 'write' ? 'working' : 'looking'} in ${business}:`,
    until: 'until',
    end: 'End session',
    ended: 'The support session has ended',
    back: 'Back to staff pages',
  },
};
