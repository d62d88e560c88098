import { declareActions } from '../common/access/actions';
import { declarePermissions, declareScopes } from '../common/access/permissions';

// The names that this product adds to those of the core: what roles and API keys may do, and what the audit log shows.

const READS = ['applications:read', 'recordings:read'] as const;
const WRITES = ['applications:write', 'recordings:write'] as const;
const OF_KEYS = ['recordings:write'] as const;
const OF_PRODUCT = [
  'application.create',
  'application.delete',
  'application.get',
  'application.list',
  'application.update',
  'recording.create',
  'recording.create_batch',
  'recording.delete',
  'recording.flush',
  'recording.get',
  'recording.list',
  'recording.prune',
  'seed.demo',
] as const;

declare module '../common/access/permissions' {
  interface PermissionsOf {
    product: (typeof READS)[number] | (typeof WRITES)[number];
  }
  interface ScopesOf {
    product: (typeof OF_KEYS)[number];
  }
}

declare module '../common/access/actions' {
  interface ActionsOf {
    product: (typeof OF_PRODUCT)[number];
  }
}

declarePermissions({ viewer: READS, member: WRITES });
declareScopes(OF_KEYS);
declareActions(OF_PRODUCT);
