import fc from 'fast-check';
import { canonicalEmail, emailKeyOf, foldEmail, isSameEmail } from './email';

const SPELLINGS: [string, string, string][] = [
  ['letter case within ASCII', 'Ada@Example.COM', 'ada@example.com'],
  ['a composed and a decomposed letter', 'ren\u00E9e@example.com', 'rene\u0301e@example.com'],
  ['capitals, composed and decomposed', 'REN\u00C9E@example.com', 'RENE\u0301E@example.com'],
  ['marks that compose with a small letter only', 'T\u0308@example.com', '\u1E97@example.com'],
  ['marks in another order', 'q\u0307\u0323@example.com', 'q\u0323\u0307@example.com'],
  ['a domain and its A-label', 'ada@b\u00FCcher.example', 'ada@xn--bcher-kva.example'],
  ['a domain in capitals', 'ada@B\u00DCCHER.example', 'ada@XN--BCHER-KVA.example'],
  ['a domain, decomposed', 'ada@bu\u0308cher.example', 'ada@b\u00FCcher.example'],
  ['a domain in full-width letters', 'ada@\uFF45xample.com', 'ada@example.com'],
  ['a Korean syllable and its letters', '\uAC00@example.com', '\u1100\u1161@example.com'],
];

const LOOK_ALIKES: [string, string, string][] = [
  ['the Kelvin sign and K', '\u212Aarl@example.com', 'karl@example.com'],
  ['a dotless i and i', 'w\u0131lma@example.com', 'wilma@example.com'],
  ['a small and a capital letter beyond ASCII', '\u00E4nne@example.com', '\u00C4nne@example.com'],
  ['a full-width and a plain letter', '\uFF41da@example.com', 'ada@example.com'],
  ['a letter and that of another script', '\u0430da@example.com', 'ada@example.com'],
  ['sharp s and ss', 'ada@stra\u00DFe.example', 'ada@strasse.example'],
  ['the Greek question mark and a semicolon', 'a\u037E@example.com', 'a;@example.com'],
];

/** Letters and the marks that they compose with. */
const MARKED = [...'aeitEIWTjJh\u00C9\u0130\u1E98\u0301\u0307\u0308\u030A\u0323\u0331'];

describe('addresses', () => {
  it.each(SPELLINGS)('are the same but for %s', (_, one, other) => {
    expect(isSameEmail(one, other)).toBe(true);
    expect(canonicalEmail(one)).toBe(canonicalEmail(other));
  });

  it.each(LOOK_ALIKES)('are others: %s', (_, one, other) => {
    expect(isSameEmail(one, other)).toBe(false);
  });

  it('keep a domain that has no A-labels, folded', () => {
    expect(canonicalEmail('ada@XN--ZZZZZZ.example')).toBe('ada@xn--zzzzzz.example');
  });

  it('have a key only where the canonical form is not the folded one', () => {
    expect(emailKeyOf('Ada@Example.com')).toBeNull();
    expect(emailKeyOf('ren\u00E9e@example.com')).toBeNull();
    expect(emailKeyOf('Rene\u0301e@example.com')).toBe('ren\u00E9e@example.com');
    expect(emailKeyOf('ada@b\u00FCcher.example')).toBe('ada@xn--bcher-kva.example');
  });

  it('have one canonical form, however they are composed, and that form has itself', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'grapheme', size: 'xsmall' }),
      fc.constantFrom(...MARKED),
    );
    const text = fc.string({ unit, minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, (local) => {
        fc.pre(!/[\u037E\u1FEF\u212A]/.test(local));
        const [one, other] = [
          `${local.normalize('NFC')}@example.com`,
          `${local.normalize('NFD')}@example.com`,
        ];
        const canonical = canonicalEmail(one);
        expect(canonicalEmail(other)).toBe(canonical);
        expect([canonicalEmail(canonical), foldEmail(canonical)]).toEqual([canonical, canonical]);
      }),
    );
  });
});
