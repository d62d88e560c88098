import { text } from '../text/catalogue';

/** GET /console/config.json; docs/console.md describes it. */
interface BrandConfig {
  name: string;
  color: string | null;
  darkColor: string | null;
  logoUrl: string | null;
  supportEmail: string | null;
  environment: 'development' | 'test' | 'production';
}

/** How this installation looks. Filled before the first page is drawn; without an answer, as built. */
export const brand: BrandConfig = {
  ...{ name: text.brand, color: null, darkColor: null },
  ...{ logoUrl: null, supportEmail: null, environment: 'production' },
};

/** Longer than it takes anywhere but on a network that is lost. */
const LIMIT_MS = 3_000;

export async function loadBrand(): Promise<void> {
  try {
    const answer = await fetch('/console/config.json', { signal: AbortSignal.timeout(LIMIT_MS) });
    if (answer.ok) Object.assign(brand, (await answer.json()) as BrandConfig);
  } catch {
    return; // offline: the pages say so themselves
  }
  const { dataset, style } = document.documentElement;
  dataset.brand = brand.name;
  document.title = brand.name;
  if (brand.color === null) return;
  dataset.branded = '';
  style.setProperty('--brand', brand.color);
  style.setProperty('--brand-dark', brand.darkColor ?? brand.color);
}
