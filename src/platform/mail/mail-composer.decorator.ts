import { SetMetadata } from '@nestjs/common';
import type { MailTemplate } from './mail-templates';

const TEMPLATE = 'tenantry:mail-composer';

/** What a mail says; `values` are what its template names. */
export interface ComposedMail {
  to: string | string[];
  values: Record<string, string>;
}

/**
 * Marks a provider's method `(context, subjectId) => Promise<ComposedMail | null>` as the one that makes the
 * mails of a template. Null: it is no longer wanted (the invitation was revoked, say) and is not sent.
 */
export function MailComposer(template: MailTemplate): MethodDecorator {
  return SetMetadata(TEMPLATE, template);
}

export function templateOf(method: object): MailTemplate | undefined {
  return Reflect.getMetadata(TEMPLATE, method) as MailTemplate | undefined;
}
