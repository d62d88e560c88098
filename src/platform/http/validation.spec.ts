import 'reflect-metadata';
import { Integer, JsonObject, ListOf, Nested, RawList, type FieldClass } from '../../common/fields';
import type { DomainError, FieldFault } from '../../common/problem';
import { validateFields } from './validation';

function faultsOf(of: FieldClass, plain: unknown): FieldFault[] {
  try {
    validateFields(of, plain);
    return [];
  } catch (error) {
    return (error as DomainError).members.errors as FieldFault[];
  }
}

describe('a class', () => {
  class Part {
    @Integer()
    count!: number;

    @JsonObject({ maxBytes: 100, optional: true })
    extra?: object;
  }
  class Whole {
    @Nested(() => Part)
    part!: Part;

    @ListOf(() => Part)
    parts!: Part[];

    @JsonObject({ maxBytes: 100 })
    extra!: object;

    @RawList(() => Part, { min: 1, max: 3 })
    raw!: unknown[];
  }

  it('is instantiated with its nested classes', () => {
    const part = { count: -0 };
    const whole = validateFields(Whole, { part, parts: [part, part], extra: {}, raw: [part] });
    expect(whole).toBeInstanceOf(Whole);
    for (const each of [whole.part, ...whole.parts]) {
      expect(each).toBeInstanceOf(Part);
      expect(Object.is(each.count, 0)).toBe(true);
    }
    expect(whole.raw).toEqual([part]);
  });

  it('keeps JSON values by reference, including names of methods', () => {
    const extra = JSON.parse(
      '{"toString":"x","then":1,"hasOwnProperty":null,"a":[1,[2]]}',
    ) as object;
    const part = { count: 1, extra };
    const whole = validateFields(Whole, { part, parts: [part], extra, raw: [extra] });
    for (const kept of [whole.extra, whole.part.extra, whole.parts[0]!.extra, whole.raw[0]])
      expect(kept).toBe(extra);
  });

  it('reports faults in the order of the request, those inside a field before its own', () => {
    const plain = { x: 1, part: { y: 1, count: 'a' }, parts: [7, { count: 1 }, {}], raw: [] };
    expect(faultsOf(Whole, plain).map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/x unknown_field',
      ...['/part/y unknown_field', '/part/count type'],
      ...['/parts/0 type', '/parts/2/count required'],
      ...['/extra required', '/raw too_few'],
    ]);
  });
});
