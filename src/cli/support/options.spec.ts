import { httpUrl, id, wholeNumber } from './options';

describe('wholeNumber', () => {
  const days = wholeNumber(1, 3650);

  it.each(['1', '15', '3650'])('takes %s', (text) => {
    expect(days(text)).toBe(Number(text));
  });

  it.each(['0', '3651', '-1', '1.5', '1e3', ' 1', '', 'ten', '0x10', '99999999999999999999'])(
    'refuses "%s"',
    (text) => {
      expect(() => days(text)).toThrow('from 1 to 3650');
    },
  );
});

describe('id', () => {
  it('takes a UUID in either letter case', () => {
    expect(id('01890A5D-AC96-774B-BCCE-B302099A8057')).toBe('01890a5d-ac96-774b-bcce-b302099a8057');
  });

  it('refuses anything else', () => {
    expect(() => id('acme')).toThrow('must be an id');
  });
});

describe('httpUrl', () => {
  it('takes a server without its last slash', () => {
    expect(httpUrl('http://127.0.0.1:3000/')).toBe('http://127.0.0.1:3000');
  });

  it.each(['127.0.0.1:3000', 'ftp://a', ''])('refuses "%s"', (text) => {
    expect(() => httpUrl(text)).toThrow('must be a URL');
  });
});
