import { buffer } from 'node:stream/consumers';
import { RequestContext } from '../common/request-context';
import { StaffService } from '../modules/staff/staff.service';
import { CommandFailure, WrongUsage } from './failure';
import { print, printJson } from './output';
import { withApplication } from './with-application';

export interface StaffCreateOptions {
  email: string;
  name: string;
  json?: boolean;
}

/** `staff:create`: an account for somebody who runs this installation. */
export async function runStaffCreate({ email, name, json }: StaffCreateOptions): Promise<void> {
  const password = await readPassword();
  const account = await withApplication((application) =>
    application
      .get(StaffService)
      .create(RequestContext.job('staff.create'), { email, name, password }),
  );
  if (json) printJson({ id: account.id, email: account.email, name: account.name });
  else print(`Created the staff account ${account.id} for ${account.email}.`);
}

/** All of standard input but one newline at its end, which `echo` puts there; anything else is part of the password. */
async function readPassword(): Promise<string> {
  if (process.stdin.isTTY)
    throw new WrongUsage(
      'the password is read from a pipe, so that it shows nowhere: printf %s "$PASSWORD" | npm run cli -- staff:create …',
    );
  const bytes = await buffer(process.stdin);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(bytes)
      .replace(/\r?\n$/, '');
  } catch {
    throw new CommandFailure('the password is not UTF-8');
  }
}
