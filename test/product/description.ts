import type { Permission, Role } from '../../src/common/access/permissions';
import type { Example, World } from '../support/architecture/examples';
import { aRecording } from '../support/customers';
import { storeRecording } from './support/recordings';

/* What the tests of the core have to know of the product that they run with. Another product brings a file of its own. */

/** A metered feature that resets with the period. */
export const METERED = 'recordings';

/** Limits that no test reaches by chance. */
export const LIMITS = { recordings: 1000, applications: 10 };

/** For test/support/architecture/examples.ts. */
export const EXAMPLES: Record<string, Example> = {
  'application.update': { body: () => ({ name: 'Renamed' }) },
  'recording.create': { body: () => aRecording() },
  'recording.create_batch': { body: () => ({ recordings: [aRecording()] }) },
};

/** By the name of a field: another value that it takes. */
export const OTHER_VALUES: Record<string, unknown> = { externalId: 'another one', recordings: [] };

export const OBJECTS: Record<string, (world: World) => Promise<Record<string, string>>> = {
  '/v1/recordings/{id}': async ({ server, customer }) => {
    const { id } = await storeRecording(server, customer);
    return { id };
  },
};

/** The lowest role that has a permission. */
export const ROLES: Partial<Record<Permission, Role>> = {
  'applications:read': 'viewer',
  'recordings:read': 'viewer',
  'applications:write': 'member',
  'recordings:write': 'member',
};

/** The files that may work across tenants, each with its reason. */
export const ACROSS_TENANTS: Record<string, string> = {
  'src/product/applications/application-origins.ts': 'a preflight names no tenant',
  'src/product/cli/seed-demo.command.ts': 'makes many tenants',
  'src/product/seed/demo-business.service.ts': 'makes a tenant',
  'src/product/recordings/retention.service.ts': 'retention is for all businesses',
};

/** The files that may write outside any transaction. */
export const OUTSIDE_TRANSACTIONS: Record<string, string> = {
  'src/product/recordings/ingestion.repository.ts':
    'one call for many tenants, which names them itself',
};

/** Files with SQL that names tables of others. */
export const ACROSS_TABLES: Record<string, { reads?: string; writes?: string; reason: string }> = {
  'src/product/recordings/retention.service.ts': {
    reads: 'businesses usage_counters',
    writes: 'audit_log',
    reason: 'deletes many rows of many tenants in one statement, with one audit row for each',
  },
};

/** Tables of which the audit log does not tell every write. */
export const NOT_AUDITED: Record<string, string> = {
  recordings: 'INSERT is not: the row is its own record, and there are millions',
};

/** Columns of ids that are no uuid. */
export const IDS_OF_OTHERS = [
  'applications.bundle_id', // the app store's
  'recordings.external_id', // the SDK's own
];

/** By action: further statuses of success. */
export const FURTHER_SUCCESSES: Record<string, number[]> = {
  'recording.create': [200], // the recording was sent before
};

/** Handlers that the contract leaves out, and why. */
export const PAGES: Record<string, string> = {
  'DemoBusinessController.create': 'for the console, in development',
};

/** Headers that routes read. */
export const HEADERS = [
  'POST /v1/recordings asks for Content-Encoding',
  'POST /v1/recordings/batch asks for Content-Encoding',
];

/** Schemas of request bodies that keep fields which they do not name. */
export const OPEN_SCHEMAS = ['DeviceRequest'];
