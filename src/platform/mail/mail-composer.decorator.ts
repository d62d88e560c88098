import { SetMetadata } from '@nestjs/common';
import type { MailTemplate } from './mail-templates';

const TEMPLATES = 'tenantry:mail-composer';

/** The contents of a mail; `values` fill its template. */
export interface ComposedMail {
  to: string | string[];
  values: Record<string, string>;
}

/**
 * Marks a provider's method `(context, subjectId, requestedAt) => Promise<ComposedMail | null>` as the composer of these
 * templates' mails; `requestedAt` is when what the mail tells happened. Null: the mail is obsolete (the invitation was
 * revoked, say) and is not sent.
 */
export function MailComposer(...templates: MailTemplate[]): MethodDecorator {
  return SetMetadata(TEMPLATES, templates);
}

/** Of what is no composer: none. */
export function templatesOf(method: object): MailTemplate[] {
  return (Reflect.getMetadata(TEMPLATES, method) as MailTemplate[] | undefined) ?? [];
}
