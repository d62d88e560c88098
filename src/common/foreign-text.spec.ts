import { cleanForeignText, messageOf } from './foreign-text';

describe('text from another program', () => {
  it.each([
    ['a NUL', '554 no\0', '554 no\uFFFD'],
    ['half of a surrogate pair', 'a\uD83Db', 'a\uFFFDb'],
    ['an escape sequence of a terminal', '\u001B[31mred', '\uFFFD[31mred'],
    ['several lines', 'one\ntwo\tthree', 'one\ntwo\tthree'],
    ['emoji and umlauts', 'größer 🎉', 'größer 🎉'],
    ['a password in an address', 'no postgres://me:se/cr:et@db/x', 'no postgres://***@db/x'],
    ['a token', `Bearer abcdefghijk tnk_${'a'.repeat(46)}`, 'Bearer *** tnk_***'],
    ["Stripe's keys", 'sk_live_0123456789 whsec_0123456789', 'sk_*** whsec_***'],
  ])('may hold %s', (_what, said, kept) => expect(cleanForeignText(said)).toBe(kept));

  it('is cut, and not inside a character', () => {
    const cut = cleanForeignText(`a${'🎉'.repeat(100_000)}`);
    expect(cut).toHaveLength(2_000);
    expect(cut.isWellFormed()).toBe(true);
  });

  it.each([
    [new Error('no\0'), 'no\uFFFD'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [{ a: 1 }, '[object Object]'],
  ])('is the message of %p, of any type', (thrown, message) =>
    expect(messageOf(thrown)).toBe(message),
  );
});
