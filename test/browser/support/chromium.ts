import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * A Chromium without a window. A missing one is a failure, never a skip.
 * @param args of its command line
 */
export function startChromium(...args: string[]): Promise<Browser> {
  if (process.getuid?.() === 0) args.push('--no-sandbox'); // root has no sandbox
  return chromium.launch({ executablePath: findChromium(), args });
}

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = process.env.CHROMIUM ?? places.find(isExecutable);
  if (!found) throw new Error('no Chromium: apt-get install chromium, or name it by CHROMIUM');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
