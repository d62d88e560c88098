import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import type { FieldClass } from '../../common/fields';
import { onceAClass } from '../../common/once-a-class';

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

/**
 * Whether an instance satisfies all rules of its class: class-validator's own rules, compiled once per class.
 * class-validator collects them for each object, which took longer than the rest of a request; it is called only to
 * describe an invalid one.
 */
export function isValid(of: FieldClass, instance: object): boolean {
  for (const field of compiledOf(of)) if (!keeps(field, instance)) return false;
  return true;
}

function keeps({ name, conditions, rules }: CompiledField, instance: object): boolean {
  const value = (instance as Record<string, unknown>)[name];
  for (const holds of conditions) if (!holds(value, instance)) return true;
  for (const holds of rules) if (!holds(value, instance)) return false;
  return true;
}

const compiledOf = onceAClass(compile);

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
