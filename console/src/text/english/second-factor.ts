/** Second factors, and proving again who one is. */
export const secondFactor = {
  title: 'Second factor',
  lead: 'Besides the password, a code of an app on your phone.',
  since: 'Set up',
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
  remove: 'Remove the second factor',
  removeLead: 'Your other sessions end, and the password alone logs you in.',
  resetAt: 'It will be removed, as it was said to be lost:',
  cancelReset: 'I still have it: cancel',
  enrolTitle: 'Set up a second factor',
  enrolLead: (whose: string) =>
    `${whose} demands a second factor. Set one up, and everything opens.`,
  thisInstallation: 'This installation',
  stepTitle: 'Second step',
  stepLead: 'The password is right. Now the code of your authenticator app.',
  recoveryCode: 'Recovery code',
  useRecovery: 'Use a recovery code',
  useCode: 'Use the app',
  startAgain: 'Start again',
  proveTitle: 'Prove again who you are',
  proveLead:
    'This is delicate, and you logged in more than 10 minutes ago. What you typed is kept.',
  prove: 'Go on',
  usePassword: 'Use the password',
  demand: 'Require a second factor',
  demandHint:
    'Members who have none can do nothing else until they set one up. You too, if you have none.',
  clear: 'Remove second factor',
  clearTitle: (name: string) => `Remove the second factor of ${name}?`,
  clearLead: 'For a lost phone. All sessions of this member end; you both get a mail.',
  signedInWith: 'Logged in with',
};

export const signInMethods = {
  password: 'Password',
  totp: 'App',
  recovery_code: 'Recovery code',
  passkey: 'Passkey',
  oidc: 'Identity provider',
  exchange: 'Token of another sign-in',
};
