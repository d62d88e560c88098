import {
  findCookie,
  isSameOrigin,
  keepsSecureCookies,
  toClearedCookie,
  toSetCookie,
} from './session-cookies';
import { createToken } from './token';

const team = createToken('session');

it('is kept by this host alone, out of the reach of scripts and of other sites', () => {
  expect(toSetCookie('team', team, '2026-12-29T10:00:00.500Z')).toBe(
    `__Host-tenantry-team=${team}; Expires=Tue, 29 Dec 2026 10:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Strict`,
  );
  expect(toClearedCookie('staff')).toMatch(/^__Host-tenantry-staff=; Max-Age=0; /);
});

it.each([
  ['none', undefined, null],
  ['others', 'a=1; tenantry-team=x; x__Host-tenantry-team=y', null],
  ['its own', `a=1;__Host-tenantry-team=${team}; b=2`, { token: team }],
  ['another kind', `__Host-tenantry-team=${createToken('staff_session')}`, { token: null }],
  ['no token', '__Host-tenantry-team=', { token: null }],
  ['two of them', `__Host-tenantry-team=${team}; __Host-tenantry-team=${team}`, { token: null }],
])('in a header with %s', (_, header, expected) => {
  expect(findCookie(header, 'team')).toEqual(expected);
});

it.each([
  ['https://app.example', true],
  ['http://localhost:3000', true],
  ['http://app.localhost', true],
  ['http://127.0.0.1:3000', true],
  ['http://[::1]:3000', true],
  ['http://app.example', false],
  ['http://127.0.0.1.example', false],
  ['http://localhost.example', false],
])('of %s is kept: %p', (appUrl, expected) => {
  expect(keepsSecureCookies(appUrl)).toBe(expected);
});

const APP = 'https://app.example/console';
it.each([
  ['the same origin', { 'sec-fetch-site': 'same-origin' }, true],
  ['a sibling subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://app.example' }, false],
  ['another site', { 'sec-fetch-site': 'cross-site' }, false],
  ['the address bar', { 'sec-fetch-site': 'none' }, false],
  ['an older browser', { origin: 'https://app.example' }, true],
  ['an older browser elsewhere', { origin: 'https://app.example.org' }, false],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['what is no browser', {}, false],
])('a request from %s is of the same origin: %p', (_, headers, expected) => {
  expect(isSameOrigin(headers, APP)).toBe(expected);
});
