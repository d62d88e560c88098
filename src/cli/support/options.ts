import { InvalidArgumentError } from 'commander';
import { isId } from '../../common/ids';

/** Reads an option that must be a whole number of this range; digits only. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** Reads an option that must be an id. */
export function id(text: string): string {
  if (isId(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be an id (a UUID).');
}

/** Reads an option that must be an address of HTTP. */
export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be a URL of http or https.');
}
