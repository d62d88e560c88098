import { InvalidArgumentError } from 'commander';
import { isId } from '../../common/ids';

/** Parses an option that must be a whole number in a range; digits only. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** Parses an option that must be an id. */
export function id(text: string): string {
  if (isId(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be an id (a UUID).');
}

/** Parses an option that must be an HTTP URL. */
export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be a URL of http or https.');
}

/** Parses an option that holds several values. */
export function commaSeparated(text: string): string[] {
  return text.split(',').map((value) => value.trim());
}
