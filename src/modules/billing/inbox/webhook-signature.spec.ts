import Stripe from 'stripe';
import { findSigningTime, isRecent } from './webhook-signature';

const NOW = new Date('2027-01-31T10:00:00.700Z');
const NOW_SECONDS = 1_801_389_600;
const SECRET = 'whsec_current';
const NEXT = 'whsec_next';
const BODY = '{\n  "id": "evt_1",\n  "name": "Zoë"\n}';

/** As Stripe's own SDK signs. */
function headerOf(timestamp = NOW_SECONDS, secret = SECRET, payload = BODY): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

function signatureOf(header: string): string {
  return header.slice(header.indexOf('v1=') + 3);
}

function check(header: string, body: string | Buffer = BODY, secrets = [SECRET, NEXT]): boolean {
  const signedAt = findSigningTime(secrets, Buffer.from(body), header);
  return signedAt !== null && isRecent(signedAt, NOW);
}

describe('the signature of a webhook', () => {
  it.each([
    [0, true],
    [299, true],
    [300, true],
    [301, false],
    [86_400, false],
    [-300, true],
    [-301, false],
    [-86_400, false],
  ])('what was signed %i seconds ago: %p', (ageSeconds, isTaken) => {
    expect(check(headerOf(NOW_SECONDS - ageSeconds))).toBe(isTaken);
  });

  it('takes either of two secrets, and no third one', () => {
    expect(check(headerOf(NOW_SECONDS, SECRET))).toBe(true);
    expect(check(headerOf(NOW_SECONDS, NEXT))).toBe(true);
    expect(check(headerOf(NOW_SECONDS, 'whsec_other'))).toBe(false);
    expect(check(headerOf(), BODY, [])).toBe(false);
  });

  it('takes any of several signatures, and none of another scheme', () => {
    const fitting = signatureOf(headerOf());
    const wrong = 'a'.repeat(64);
    expect(check(`t=${NOW_SECONDS},v1=${wrong},v1=${fitting}`)).toBe(true);
    expect(check(`t=${NOW_SECONDS},v1=${fitting},v1=${wrong},v0=x`)).toBe(true);
    expect(check(`t=${NOW_SECONDS},v0=${fitting}`)).toBe(false);
    expect(check(`t=${NOW_SECONDS},v1=${wrong}`)).toBe(false);
  });

  it('takes a header that came twice, but not two stamps', () => {
    expect(check(`${headerOf()}, ${headerOf()}`)).toBe(true);
    expect(check(`t=${NOW_SECONDS + 1},${headerOf()}`)).toBe(false);
    expect(check(`${headerOf(NOW_SECONDS - 400)}, ${headerOf()}`)).toBe(false);
  });

  it.each<[string, string | Buffer]>([
    ['reformatted', JSON.stringify(JSON.parse(BODY))],
    ['with a byte more', `${BODY} `],
    ['with a byte less', BODY.slice(0, -1)],
    ['with a byte order mark', `\uFEFF${BODY}`],
    ['empty', ''],
  ])('refuses a body %s', (_, body) => {
    expect(check(headerOf(), body)).toBe(false);
  });

  it('reads bytes, not characters: what is no UTF-8 is not what would be put in its place', () => {
    const header = headerOf(NOW_SECONDS, SECRET, 'a\uFFFDb');
    expect(check(header, 'a\uFFFDb')).toBe(true);
    expect(check(header, Buffer.from([0x61, 0xff, 0x62]))).toBe(false);
  });

  const fitting = signatureOf(headerOf());
  it.each([
    '',
    ',',
    't',
    't=',
    'v1',
    `t=${NOW_SECONDS}`,
    `t=${NOW_SECONDS},v1`,
    `t=${NOW_SECONDS},v1=`,
    `v1=${fitting}`,
    `t=,v1=${fitting}`,
    `t=now,v1=${fitting}`,
    `t=NaN,v1=${fitting}`,
    `t=-1,v1=${fitting}`,
    `t=${NOW_SECONDS}.5,v1=${fitting}`,
    `t=${'9'.repeat(400)},v1=${fitting}`,
    `t=${NOW_SECONDS},v1=${fitting.slice(1)}`,
    `t=${NOW_SECONDS},v1=${fitting}0`,
    `t=${NOW_SECONDS},v1=${'é'.repeat(64)}`,
    `t=${NOW_SECONDS},v1=${'é'.repeat(32)}`,
  ])('refuses the header "%s"', (header) => {
    expect(check(header)).toBe(false);
  });
});
