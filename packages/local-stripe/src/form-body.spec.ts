import { parseForm } from './form-body';

/** As plain objects: the trees have no prototype. */
function parsed(text: string): unknown {
  return JSON.parse(JSON.stringify(parseForm(text)));
}

describe('parseForm', () => {
  it('nests by brackets, and takes numbers for names', () => {
    expect(parsed('items[0][id]=si_1&items[0][price]=price_2&items[1][id]=si_3')).toEqual({
      items: { 0: { id: 'si_1', price: 'price_2' }, 1: { id: 'si_3' } },
    });
  });

  it('appends where the brackets are empty', () => {
    expect(parsed('expand[]=a&expand[]=b.c')).toEqual({ expand: { 0: 'a', 1: 'b.c' } });
  });

  it('decodes names and values, and keeps empty ones', () => {
    expect(parsed('metadata%5Bname%5D=a+%26+b&metadata[gone]=&pause_collection=')).toEqual({
      metadata: { name: 'a & b', gone: '' },
      pause_collection: '',
    });
  });

  it('has no name that means more than itself', () => {
    parseForm('__proto__[polluted]=yes&constructor[prototype][polluted]=yes');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(parseForm('__proto__=a')['__proto__']).toBe('a');
  });
});
