import type { Permission, Role } from './access/permissions';
import type { FieldClass } from './fields';

/** A type of event: something that happened to a thing of a business. */
export interface EventDefinition<Data extends object = object> {
  /** `thing.past_tense`; never changes, since clients name it. */
  type: string;
  /** Only who may read the thing itself may read the event. */
  permission: Permission;
  /** For the contract: when it is raised. */
  description: string;
  /** The class of its data: ids and what changed; no secrets. Declared with the decorators of `fields`. */
  data: FieldClass<Data>;
  /** How people are told of it. Without it, it is for programs alone. */
  notice?: Notice;
}

/** An event that people are told of: in the console all who may read it, but for the one who did it; and by mail. */
export interface Notice {
  /** A short sentence without a full stop: the subject of its mail. */
  title: string;
  /** The roles whose mails are on until a person says otherwise; of those who may read it. */
  mailTo: readonly Role[];
  /** Its module sends a mail about it, to those whose mails are on: no other mail is sent. */
  hasOwnMail?: boolean;
  /** No person switches its mails. */
  isFixed?: boolean;
}

/** The types that code declares, sorted. Read by reference, as `ACTIONS` is. */
export const EVENT_TYPES: string[] = [];
/** Those that people are told of; as `EVENT_TYPES`. */
export const NOTICE_TYPES: string[] = [];

const EVENT_TYPE = /^[a-z_]+\.[a-z_]+$/;

const declared = new Map<string, EventDefinition>();

/**
 * Declares a type of event, in `<module>.events.ts` beside what raises it; a product does so in `src/product`. Raise it
 * by `EventsService.append`.
 * @throws for a malformed type, and for two definitions of one type
 */
export function defineEvent<Data extends object>(
  definition: EventDefinition<Data>,
): EventDefinition<Data> {
  const { type } = definition;
  if (!EVENT_TYPE.test(type)) throw new Error(`${type} is no type of an event`);
  if (declared.has(type)) throw new Error(`there are two definitions of the event ${type}`);
  declared.set(type, definition);
  EVENT_TYPES.push(type);
  EVENT_TYPES.sort();
  if (definition.notice) NOTICE_TYPES.push(type);
  NOTICE_TYPES.sort();
  return definition;
}

/** In the order of their types, so that documents do not depend on the order of imports. */
export function listDeclaredEvents(): EventDefinition[] {
  return EVENT_TYPES.map((type) => declared.get(type)!);
}

/** @throws Error for a type that no code declares */
export function eventDefinition(type: string): EventDefinition {
  const definition = declared.get(type);
  if (!definition) throw new Error(`the event ${type} is not declared`);
  return definition;
}

/** Of those that people are told of, the types that a person with these permissions may read. */
export function readableNotices(permissions: readonly Permission[]): string[] {
  return readableTypes(permissions).filter((type) => NOTICE_TYPES.includes(type));
}

/** The types that a person with these permissions may read. */
export function readableTypes(permissions: readonly Permission[]): string[] {
  const readable = listDeclaredEvents().filter(({ permission }) =>
    permissions.includes(permission),
  );
  return readable.map(({ type }) => type);
}
