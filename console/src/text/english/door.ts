/** Pages of those who are not logged in. */
export const door = {
  logIn: {
    title: 'Log in',
    toAccept: 'Log in to accept',
    submit: 'Log in',
    isNew: 'New here?',
    forgot: 'Forgot your password?',
  },
  signUp: {
    title: 'Create an account',
    lead: 'A business on the free plan, with an API key. No card.',
    submit: 'Create account',
    hasAccount: 'Have an account?',
    demo: 'Fill with a demo business',
    demoLead: 'Looking around? This installation is for development.',
    invitation: 'Invitation',
    join: (business: string) => `Join ${business}`,
    joinSubmit: 'Join',
    invited: (by: string | null, business: string, role: string) =>
      `${by ?? 'The team'} invited you to ${business}. Your role: ${role}.`,
    logInToAccept: (email: string) => `${email} has an account. Log in to accept.`,
  },
  forgot: {
    title: 'Forgot your password?',
    lead: 'We send you a link to choose a new one.',
    submit: 'Send link',
    sent: 'Check your mail',
    sentLead: (email: string) =>
      `If ${email} has an account, a link is on its way. It works once, for an hour.`,
    back: 'Back to log in',
  },
  reset: {
    title: 'Choose a new password',
    submit: 'Save password',
    done: 'The new password is set',
    doneLead: 'All your sessions have ended. Log in with the new password.',
  },
  verify: {
    title: 'Verify your e-mail address',
    lead: 'One click, and mails of your business reach you.',
    submit: 'Verify',
    said: { title: 'The address is verified', lead: 'Thank you.' },
    on: 'Go on',
  },
  confirmEmail: {
    title: 'Confirm the change of address',
    lead: 'The address changes when the old and the new one have confirmed.',
    submit: 'Confirm',
    waits: { title: 'Confirmed', lead: 'Now the other address: it has a mail too.' },
    changed: {
      title: 'The address has changed',
      lead: 'Log in with the new one. For a week, the old one can undo this.',
    },
  },
  undoEmailChange: {
    title: 'Take the old address back',
    lead: 'The account gets its old address again, and all its sessions end.',
    submit: 'Take it back',
    said: {
      title: 'The old address is back',
      lead: 'All sessions have ended. Reset your password: another person may know it.',
    },
  },
};
