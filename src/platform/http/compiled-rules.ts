import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import type { FieldClass } from '../../common/fields';

type Rules = ReturnType<
  ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']
>[number][];
type Holds = (value: unknown, instance: object) => boolean;

interface CompiledField {
  name: string;
  /** Where one returns false, the field is not validated (@ValidateIf). */
  conditions: Holds[];
  rules: Holds[];
}

const compiled = new WeakMap<FieldClass, CompiledField[]>();

/**
 * Whether an instance satisfies all rules of its class: class-validator's own rules, compiled once per class.
 * class-validator collects them for each object, which took longer than the rest of a request; it is called only to
 * describe an invalid one.
 */
export function isValid(of: FieldClass, instance: object): boolean {
  let fields = compiled.get(of);
  if (!fields) compiled.set(of, (fields = compile(of)));
  return fields.every((field) => keeps(field, instance));
}

function keeps({ name, conditions, rules }: CompiledField, instance: object): boolean {
  const value = (instance as Record<string, unknown>)[name];
  if (!conditions.every((holds) => holds(value, instance))) return true;
  return rules.every((holds) => holds(value, instance));
}

function compile(of: FieldClass): CompiledField[] {
  const storage = getMetadataStorage();
  const all = storage.getTargetValidationMetadatas(of, '', false, false);
  const byField = Object.entries(storage.groupByPropertyName(all));
  return byField.map(([name, rules]) => ({
    name,
    conditions: rules.filter(isCondition).map(toCondition),
    rules: rules.filter((rule) => !isCondition(rule)).flatMap(toRules),
  }));
}

function isCondition({ type }: Rules[number]): boolean {
  return type === 'conditionalValidation';
}

function toCondition({ constraints }: Rules[number]): Holds {
  const [condition] = constraints as [(instance: object, value: unknown) => boolean];
  return (value, instance) => condition(instance, value);
}

function toRules(rule: Rules[number]): Holds[] {
  const { constraintCls, constraints, propertyName: property, each, target } = rule;
  const found = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  if (found.length === 0 || found.some((constraint) => constraint.async))
    throw new Error(`${property} has a rule of an unknown kind, ${rule.type}`);
  return found.map(({ instance: validator }) => {
    const holds: Holds = (value, object) => {
      const targetName = typeof target === 'string' ? target : target.name;
      const given: ValidationArguments = { targetName, property, object, value, constraints };
      return validator.validate(value, given) === true;
    };
    return each
      ? (value, object) => Array.isArray(value) && value.every((entry) => holds(entry, object))
      : holds;
  });
}
