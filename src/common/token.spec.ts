import { createHash } from 'node:crypto';
import { TOKEN_PREFIXES, createToken, hashToken, tokenKind, type TokenKind } from './token';

const KINDS = Object.keys(TOKEN_PREFIXES) as TokenKind[];
const OTHER = (character: string): string => (character === 'x' ? 'y' : 'x');

describe('a token', () => {
  it.each(KINDS)(
    'of kind %s has its prefix and 46 base62 characters, and is recognised by them',
    (kind) => {
      const token = createToken(kind);
      expect(token).toMatch(/^tn[skfuv]_[0-9A-Za-z]{46}$/);
      expect(token.startsWith(TOKEN_PREFIXES[kind])).toBe(true);
      expect(tokenKind(token)).toBe(kind);
    },
  );

  it('has a prefix that no other kind has', () => {
    expect(TOKEN_PREFIXES).toEqual({
      session: 'tns_',
      api_key: 'tnk_',
      staff_session: 'tnf_',
      support_session: 'tnu_',
      service_key: 'tnv_',
    });
  });

  it('ends in the CRC32 of the rest, in base62', () => {
    expect(tokenKind(`tns_${'0'.repeat(40)}24klnr`)).toBe('session');
    expect(tokenKind(`tnk_${'0'.repeat(40)}24klnr`)).toBeNull();
  });

  it('differs each time, and draws on all 62 characters in every place', () => {
    const tokens = Array.from({ length: 2000 }, () => createToken('session'));
    expect(new Set(tokens).size).toBe(2000);
    for (let place = 4; place < 44; place += 1)
      expect(new Set(tokens.map((token) => token[place])).size).toBe(62);
  });

  it('is refused with a typo in any place', () => {
    const token = createToken('api_key');
    for (let place = 0; place < token.length; place += 1) {
      const typo = token.slice(0, place) + OTHER(token[place]!) + token.slice(place + 1);
      expect(tokenKind(typo)).toBeNull();
    }
  });

  it('is refused with two characters swapped', () => {
    const token = createToken('session');
    for (let place = 4; place < token.length - 1; place += 1) {
      const [one, other] = [token[place]!, token[place + 1]!];
      const swapped = token.slice(0, place) + other + one + token.slice(place + 2);
      expect(tokenKind(swapped)).toBe(one === other ? 'session' : null);
    }
  });

  it('is refused with another prefix: the checksum covers it', () => {
    const { length } = TOKEN_PREFIXES.session;
    const body = createToken('session').slice(length);
    for (const prefix of ['tnk_', 'tnf_', 'tnu_', 'tnx_', 'TNS_', ''])
      expect(tokenKind(prefix + body)).toBeNull();
  });

  it('is refused when it is longer, shorter or surrounded by other text', () => {
    const token = createToken('session');
    const others = ['', 'tns_', token.slice(1), token.slice(0, -1), `${token}0`, ` ${token}`];
    for (const other of [...others, `${token}\n`, token.toLowerCase(), `${token}${token}`])
      expect(tokenKind(other)).toBeNull();
  });

  it('is stored as its SHA-256', () => {
    const token = createToken('session');
    expect(hashToken(token)).toEqual(createHash('sha256').update(token, 'utf8').digest());
    expect(hashToken(token)).toHaveLength(32);
  });
});
