import { PASSWORD } from '../customers';
import { newEmail } from '../signups';
import { STAFF_PASSWORD } from '../staff';
import type { Example } from './examples';

const UNKNOWN_KEY = 'a-key-that-was-never-issued';

/** By action: as `EXAMPLES`, of the routes by which people and staff sign in and keep their accounts. */
export const SIGN_IN_EXAMPLES: Record<string, Example> = {
  'email.verify': { body: () => ({ token: UNKNOWN_KEY }), answers: 410 },
  'email_change.cancel': { answers: 404 },
  'email_change.confirm': { body: () => ({ token: UNKNOWN_KEY }), answers: 410 },
  'email_change.request': { body: () => ({ email: newEmail() }) },
  'email_change.undo': { body: () => ({ token: UNKNOWN_KEY }), answers: 410 },
  'identity.link': { body: () => ({ linkToken: UNKNOWN_KEY }), answers: 410 },
  'passkey.create': { body: () => ({ name: 'My phone', passkey: {} }), answers: 401 },
  'passkey.delete': { answers: 404 },
  'passkey.rename': { body: () => ({ name: 'Laptop' }), answers: 404 },
  'password.change': {
    body: () => ({ currentPassword: PASSWORD, newPassword: 'another long pass phrase' }),
  },
  'password.forgot': { body: () => ({ email: newEmail() }) },
  'password.reset': { body: () => ({ token: UNKNOWN_KEY, password: PASSWORD }), answers: 410 },
  'second_factor.cancel_reset': { answers: 404 },
  'second_factor.confirm': { body: () => ({ code: '000000' }), answers: 404 },
  'second_factor.remove': { answers: 404 },
  'second_factor.renew_codes': { answers: 404 },
  'session.create': {
    body: ({ customer }) => ({ email: customer.email, password: PASSWORD }),
  },
  'session.create_by_passkey': { body: () => ({ passkey: {} }), answers: 401 },
  'session.exchange': { body: () => ({ token: UNKNOWN_KEY }), answers: 401 },
  'session.prove': { body: () => ({ password: PASSWORD }) },
  'session.sign_in': {
    body: () => ({ provider: 'unknown', state: UNKNOWN_KEY, code: 'x' }),
    answers: 410,
  },
  'session.switch': { body: ({ customer }) => ({ businessId: customer.business.id }) },
  'session.verify': { body: () => ({ mfaToken: UNKNOWN_KEY, code: '000000' }), answers: 401 },
  'sign_in.begin': { body: () => ({ provider: 'unknown' }), answers: 404 },
  'sign_in.begin_own': { body: () => ({ provider: 'unknown', purpose: 'link' }), answers: 404 },
  'sign_in.finish_own': {
    body: () => ({ provider: 'unknown', state: UNKNOWN_KEY, code: 'x' }),
    answers: 410,
  },
  'staff_passkey.create': { body: () => ({ name: 'My phone', passkey: {} }), answers: 401 },
  'staff_passkey.delete': { answers: 404 },
  'staff_passkey.rename': { body: () => ({ name: 'Laptop' }), answers: 404 },
  'staff_second_factor.confirm': { body: () => ({ code: '000000' }), answers: 404 },
  'staff_second_factor.remove': { answers: 404 },
  'staff_second_factor.renew_codes': { answers: 404 },
  'staff_session.create': {
    body: ({ staff }) => ({ email: staff.email, password: STAFF_PASSWORD }),
  },
  'staff_session.create_by_passkey': { body: () => ({ passkey: {} }), answers: 401 },
  'staff_session.prove': { body: () => ({ password: STAFF_PASSWORD }) },
  'staff_session.verify': {
    body: () => ({ mfaToken: UNKNOWN_KEY, code: '000000' }),
    answers: 401,
  },
};
