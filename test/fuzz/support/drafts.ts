/**
 * A JSON document that is still to be written down. It can say what JSON.stringify cannot: a field twice, a number
 * too large, a place for something that the world of the moment has. It stays small where the document is large.
 */
export type Draft =
  | { text: string }
  | { repeat: string; times: number }
  | { list: Draft[] }
  | { fields: [name: string, value: Draft][] }
  | { nested: number }
  | { known: string; pick: number };

/** Finds what the world has under the name of a field. */
export type Resolve = (known: string, pick: number) => string;

/** A plain value as a draft. */
export function plain(value: unknown): Draft {
  return { text: JSON.stringify(value) };
}

export function writeDraft(draft: Draft, resolve: Resolve): string {
  const write = (inner: Draft) => writeDraft(inner, resolve);
  if ('text' in draft) return draft.text;
  if ('repeat' in draft) return JSON.stringify(draft.repeat.repeat(draft.times));
  if ('nested' in draft) return '['.repeat(draft.nested) + ']'.repeat(draft.nested);
  if ('list' in draft) return `[${draft.list.map(write).join(',')}]`;
  if ('known' in draft) return JSON.stringify(resolve(draft.known, draft.pick));
  const fields = draft.fields.map(([name, value]) => `${JSON.stringify(name)}:${write(value)}`);
  return `{${fields.join(',')}}`;
}

/** How many places a draft has: itself, its fields and items, and theirs. */
export function countPlaces(draft: Draft): number {
  return 1 + childrenOf(draft).reduce((sum, child) => sum + countPlaces(child), 0);
}

/** The draft with another value in one of its places, counted from 0 as `countPlaces` does. */
export function changeAt(draft: Draft, place: number, change: (before: Draft) => Draft): Draft {
  if (place === 0) return change(draft);
  let first = 1;
  return mapChildren(draft, (child) => {
    const last = first + countPlaces(child);
    const inside = place >= first && place < last;
    const changed = inside ? changeAt(child, place - first, change) : child;
    first = last;
    return changed;
  });
}

function childrenOf(draft: Draft): Draft[] {
  if ('list' in draft) return draft.list;
  return 'fields' in draft ? draft.fields.map(([, value]) => value) : [];
}

function mapChildren(draft: Draft, map: (child: Draft) => Draft): Draft {
  if ('list' in draft) return { list: draft.list.map(map) };
  if (!('fields' in draft)) return draft;
  return { fields: draft.fields.map(([name, value]) => [name, map(value)]) };
}
