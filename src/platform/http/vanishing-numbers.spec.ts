import { exposeVanishing } from './vanishing-numbers';

const ROW_OF_ZEROS = '0'.repeat(400);

describe('a number that JSON.parse reads as 0', () => {
  it.each([
    '1e-400',
    '-1e-400',
    '2.4E-324',
    '123.456e-0400',
    '0.1e-999999999999',
    `0.${ROW_OF_ZEROS}1`,
    `0.${ROW_OF_ZEROS}1e-10`,
  ])('is one that no field takes: %s', (number) => {
    const json = `{"a":[${number}],"b":0}`;
    const sign = number.startsWith('-') ? -1 : 1;
    expect(JSON.parse(json)).toEqual({ a: [sign * 0], b: 0 });
    expect(JSON.parse(exposeVanishing(json))).toEqual({ a: [sign * Infinity], b: 0 });
  });

  it('is found each time', () => {
    const json = '[1e-400,"1e-400",5e-324,2e-400,-0]';
    expect(exposeVanishing(json)).toBe('[1e999,"1e-400",5e-324,1e999,-0]');
  });

  it.each([
    '[0e-400,-0.0e-400,0.000]',
    `[0.${ROW_OF_ZEROS},1${ROW_OF_ZEROS}e-400]`,
    '[2.5e-324,5e-324,1e-323,123e-100]',
    '["1e-400","\\"1e-400","\\\\",true,false,null]',
    '{"1e-400":"01890a5d-ac96-774e-123e-bcce-b302099a8057"}',
  ])('is none in %s', (json) => {
    expect(exposeVanishing(json)).toBe(json);
  });

  it.each(['[01e-400]', '[1.e-400]', '[-e-400]', '[1e-400x]', '["1e-400', '[--1e-400]', '-'])(
    'makes no JSON of what is none: %s',
    (text) => {
      expect(() => JSON.parse(exposeVanishing(text)) as unknown).toThrow(SyntaxError);
    },
  );
});
