import { existsSync } from 'node:fs';
import { z } from 'zod';

/** How this installation looks to people: in the console and in mails. */
export interface Brand {
  readonly name: string;
  /** `#rrggbb`, dark enough for white text on it. Null: that of the console, in mails `DEFAULT_COLOR`. */
  readonly color: string | null;
  /** The same on a dark page; null: `color`. */
  readonly darkColor: string | null;
  /** A file, svg or png. Null: Tenantry's own in the console, none in mails. */
  readonly logoFile: string | null;
  readonly supportEmail: string | null;
}

export const DEFAULT_COLOR = '#4f46e5';
export const LOGO_PATH = '/console/logo';

/** WCAG 2.2, 1.4.3. */
const LEAST_CONTRAST = 4.5;

/** The contrast of white text on a colour `#rrggbb`: 1 to 21. */
export function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    toLinear(Number.parseInt(color.slice(at, at + 2), 16) / 255),
  );
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

function toLinear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

export const brandColor = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, 'must be a colour like #4f46e5')
  .refine(
    (color) => !/^#[0-9a-f]{6}$/i.test(color) || contrastWithWhite(color) >= LEAST_CONTRAST,
    'is too light for white text on it: its contrast must be 4.5',
  );

export const brandLogo = z
  .string()
  .regex(/\.(svg|png)$/i, 'must be an svg or png file')
  .refine((file) => existsSync(file), 'is not there');
