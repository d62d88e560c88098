import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/* The step `boundaries` finds what it is there for: its rules are broken once each, by sources made for it. */

const DEPCRUISE = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const CONFIG = resolve('.dependency-cruiser.cjs');

const ALLOWED = {
  'src/modules/businesses/business.entity.ts': 'export class Business {}',
  'src/modules/businesses/businesses.repository.ts': 'export class BusinessesRepository {}',
  'src/modules/businesses/businesses.service.ts': `import { BusinessesRepository } from './businesses.repository';
    export const businesses = new BusinessesRepository();`,
  'src/modules/businesses/dto/business.response.ts': 'export class BusinessResponse {}',
  'src/modules/identity/users.repository.ts': 'export class UsersRepository {}',
  'src/modules/subscriptions/subscriptions.repository.ts':
    'export class SubscriptionsRepository {}',
  'src/modules/billing/billing.service.ts': `export * from '../subscriptions/subscriptions.repository';`,
  'src/modules/staff/staff.service.ts': `import type { Business } from '../businesses/business.entity';
    export * from '../businesses/businesses.service';
    export * from '../businesses/dto/business.response';
    export * from '../identity/users.repository';
    export const business: Business = {};`,
  'src/product/notes/notes.service.ts': `export * from '../../modules/businesses/businesses.service';`,
  'src/platform/database/database.ts': 'export class Database {}',
};

/** Each breaks the rule that its name begins with. */
const BROKEN: Record<string, string> = {
  'modules-by-their-surface: src/modules/staff/a-value.service.ts → src/modules/businesses/business.entity.ts': `export * from '../businesses/business.entity';`,
  'modules-by-their-surface: src/modules/staff/a-repository.service.ts → src/modules/businesses/businesses.repository.ts': `export * from '../businesses/businesses.repository';`,
  'modules-by-their-surface: src/product/notes/notes.repository.ts → src/modules/businesses/businesses.repository.ts': `export * from '../../modules/businesses/businesses.repository';`,
  'types-by-the-surface: src/modules/staff/a-type.service.ts → src/modules/businesses/businesses.repository.ts': `import type { BusinessesRepository } from '../businesses/businesses.repository';
    export const businesses: BusinessesRepository = {};`,
  'subscriptions-are-written-by-billing-alone: src/modules/staff/subscriptions.service.ts → src/modules/subscriptions/subscriptions.repository.ts': `export * from '../subscriptions/subscriptions.repository';`,
  'controllers-hold-no-repository: src/modules/businesses/businesses.controller.ts → src/modules/businesses/businesses.repository.ts': `export * from './businesses.repository';`,
  'controllers-hold-no-repository: src/modules/businesses/other.controller.ts → src/platform/database/database.ts': `export * from '../../platform/database/database';`,
  'modules-know-no-product: src/modules/staff/product.service.ts → src/product/notes/notes.service.ts': `export * from '../../product/notes/notes.service';`,
  'no-upwards-from-tier-2: src/modules/businesses/upwards.service.ts → src/modules/staff/staff.service.ts': `export * from '../staff/staff.service';`,
  'no-sideways-from-staff: src/modules/staff/sideways.service.ts → src/modules/billing/billing.service.ts': `export * from '../billing/billing.service';`,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
  write('tsconfig.json', '{}');
  for (const [path, text] of Object.entries(ALLOWED)) write(path, text);
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** `rule: from → to` of all that is broken. */
function cruise(): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    [DEPCRUISE, '--config', CONFIG, '--output-type', 'json', 'src'],
    { cwd: folder, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
}

it('takes what the rules allow', () => {
  expect(cruise()).toEqual([]);
});

it('refuses an import past each of its rules', () => {
  for (const [broken, text] of Object.entries(BROKEN)) write(/: (\S+) →/.exec(broken)![1]!, text);
  expect(cruise()).toEqual(Object.keys(BROKEN).sort());
});
