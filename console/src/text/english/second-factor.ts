/** Second factors, and proving again who one is. */
export const secondFactor = {
  title: 'Second factor',
  lead: 'Besides the password, a code of an app on your phone, or a passkey.',
  since: 'Authenticator app',
  codesLeft: 'Recovery codes left',
  setUp: 'Set up an authenticator app',
  scan: 'Scan this with an authenticator app, or type the key.',
  qr: 'QR code for the authenticator app',
  code: 'Code of the app',
  codeHint: 'Six digits; each code works once.',
  confirm: 'Confirm',
  codesTitle: 'Your recovery codes',
  codesLead:
    'Each works once, when the phone is lost. Keep them somewhere else than your password.',
  download: 'Download',
  renew: 'New recovery codes',
  renewLead: 'Those of before no longer work.',
  remove: 'Remove the app',
  removeLead: 'Your other sessions end. Without a passkey, the password alone logs you in then.',
  resetAt: 'It will be removed, as it was said to be lost:',
  cancelReset: 'I still have it: cancel',
  enrolTitle: 'Set up a second factor',
  enrolLead: (whose: string) =>
    `${whose} demands a second factor. Set one up, and everything opens.`,
  thisInstallation: 'This installation',
  stepTitle: 'Second step',
  stepLeads: {
    passkey: 'The password is right. Now your passkey.',
    totp: 'The password is right. Now the code of your authenticator app.',
    recovery_code: 'The password is right. Now one of your recovery codes.',
  },
  recoveryCode: 'Recovery code',
  waysOfStep: {
    passkey: 'Use a passkey',
    totp: 'Use the app',
    recovery_code: 'Use a recovery code',
  },
  ways: { password: 'Use the password', code: 'Use the app', passkey: 'Use a passkey' },
  startAgain: 'Start again',
  proveTitle: 'Prove again who you are',
  proveLead:
    'This is delicate, and you logged in more than 10 minutes ago. What you typed is kept.',
  prove: 'Go on',
  demand: 'Require a second factor',
  demandHint:
    'Members who have none can do nothing else until they set one up. You too, if you have none.',
  clear: 'Remove second factor',
  clearTitle: (name: string) => `Remove the second factor of ${name}?`,
  clearLead: 'For a lost phone. All sessions of this member end; you both get a mail.',
  signedInWith: 'Logged in with',
};

/** Logging in by what the device holds. */
export const passkeys = {
  title: 'Passkeys',
  lead: 'Log in by fingerprint, face or PIN of a device, without the password.',
  none: 'You have none yet.',
  add: 'Add a passkey',
  addLead: 'Your device makes it and keeps it. Your other sessions end.',
  go: 'Go on',
  name: 'Name',
  synced: 'On several devices',
  since: 'Added',
  lastUsed: 'last used',
  rename: 'Rename',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove the passkey ${name}?`,
  removeLead:
    'It no longer logs in, and your other sessions end. Your device may keep it: remove it there too.',
  logIn: 'Log in with a passkey',
  use: 'Use a passkey',
  otherHost: (url: string) => ({
    title: 'Passkeys do not work at this address',
    detail: `Open ${url} instead.`,
  }),
  unsupported: { title: 'This browser knows no passkeys' },
  known: { title: 'This device has a passkey of yours already' },
  canceled: {
    title: 'No passkey was used',
    detail: 'The device refused, it was canceled, or it took too long.',
  },
  failed: { title: 'The device could not do this', detail: 'Try another, or another browser.' },
};

export const signInMethods = {
  password: 'Password',
  totp: 'App',
  recovery_code: 'Recovery code',
  passkey: 'Passkey',
  oidc: 'Identity provider',
  exchange: 'Token of another sign-in',
  sso: 'Sign-in of the company',
};
