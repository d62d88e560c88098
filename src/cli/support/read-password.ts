import { buffer } from 'node:stream/consumers';
import { CommandFailure, WrongUsage } from './failure';

/** All of standard input except one trailing newline, which `echo` adds; anything else is part of the password. */
export async function readPassword(command: string): Promise<string> {
  if (process.stdin.isTTY)
    throw new WrongUsage(
      `pipe the password in, so that it appears nowhere: printf %s "$PASSWORD" | npm run cli -- ${command} …`,
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
