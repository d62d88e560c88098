/** Who may have a seat in a business: a person, the holder of its API keys, or staff. */
export const MEMBER_KINDS = ['person', 'sdk', 'support'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];

export const MEMBER_STATUSES = ['active', 'deactivated'] as const;
export type MemberStatus = (typeof MEMBER_STATUSES)[number];

/** What staff may do from the support seat. */
export const SUPPORT_MODES = ['read', 'write'] as const;
export type SupportMode = (typeof SUPPORT_MODES)[number];

/** How long staff stay logged in; the support sessions they have opened end with it. */
export const STAFF_SESSION_HOURS = 12;
/** How long staff who must set up a second factor first have for it. */
export const STAFF_ENROLMENT_HOURS = 0.25;
