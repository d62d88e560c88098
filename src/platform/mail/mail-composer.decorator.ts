import { SetMetadata } from '@nestjs/common';
import type { MailTemplate } from './mail-templates';

const TEMPLATE = 'tenantry:mail-composer';

/** The contents of a mail; `values` fill its template. */
export interface ComposedMail {
  to: string | string[];
  values: Record<string, string>;
}

/**
 * Marks a provider's method `(context, subjectId, requestedAt) => Promise<ComposedMail | null>` as the composer of a
 * template's mails; `requestedAt` is when what the mail tells happened. Null: the mail is obsolete (the invitation was
 * revoked, say) and is not sent.
 */
export function MailComposer(template: MailTemplate): MethodDecorator {
  return SetMetadata(TEMPLATE, template);
}

export function templateOf(method: object): MailTemplate | undefined {
  return Reflect.getMetadata(TEMPLATE, method) as MailTemplate | undefined;
}
