/**
 * A dot, as mail programs and IDNA know it, between what could be a domain: `evil.example`, but not `J. R. R.` or `Acme Inc.`
 */
const LINK = /:\/\/|@|[\p{L}\p{N}-][.。．｡](?=\p{L}{2})|(?:\d{1,3}\.){3}\d/u;
const DOTS = /([.。．｡])(?=\S)/gu;

/**
 * Marks that change the direction of the text after them, and characters without a glyph. Line breaks are handled
 * elsewhere.
 */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\u2800]+/gu;
/** Persian, Indic scripts and emoji are written with these; behind an ASCII letter they only hide. */
const JOINERS = /(?<=[^\p{ASCII}\p{Z}])(?:\u200c|\u200d|\ufe0f)/gu;

/** What stands in a subject where the name must not: a subject is all that many people read of a mail. */
export const NEUTRAL_NAMES: Readonly<Record<string, string>> = {
  businessName: 'a business',
  invitedBy: 'A colleague',
  reason: 'the one given',
  passkeyName: 'without a name',
};

/** Whether a name may stand in a subject: no link, no mark of direction, nothing that does not show. */
export function isPlainName(name: string): boolean {
  const visible = name.replace(JOINERS, '');
  return !LINK.test(visible) && visible.search(HIDDEN) === -1;
}

/** The name for a body: no mail program makes a link of it, and nothing is hidden in it. */
export function withoutLinks(name: string): string {
  if (isPlainName(name)) return name;
  const visible = name.replace(JOINERS, '').replace(HIDDEN, ' ');
  return visible.replace(/:\/\//g, ': / / ').replace(/@/g, ' @ ').replace(DOTS, '$1 ');
}
