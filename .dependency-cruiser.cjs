// Rule 1 of the house: imports point down. common ← platform ← modules by tier ← the application.
const tiers = [
  ['features', 'events'],
  ['audit', 'plans', 'identity', 'streams'],
  ['businesses'],
  ['entitlements', 'service-keys'],
  ['subscriptions'],
  ['entitlement-checks', 'entitlement-reads', 'team-members', 'usage'],
  ['api-keys', 'sso', 'support-sessions', 'webhooks'],
  ['access', 'accounts', 'billing', 'notifications', 'staff'],
  ['sign-in'],
  ['onboarding', 'ops'],
];

const inModules = (names) => `^src/modules/(${names.join('|')})/`;

/**
 * What others may import of a module: its surface. Repositories, controllers and all else are its own. The rest of the
 * application (src/cli, src/schema.ts) puts the modules together and may import any file.
 */
const surfaceKinds = [
  '^src/(modules|product)/.+\\.(module|service|errors|events)\\.ts$',
  '^src/(modules|product)/.+/dto/', // an answer may hold that of another module: classes of fields and pure functions
];

/** Single files that belong to a surface too, and why. */
const surfaceFiles = [
  {
    files: '^src/modules/identity/(users|identities|sessions|one-time-keys)\\.repository\\.ts$',
    reason:
      'identity has no use cases of its own: what it keeps of people is what it gives, in the transaction of the caller',
  },
  {
    files:
      '^src/modules/identity/(one-time-keys|password-hasher|password-rules|new-passwords)\\.ts$',
    reason: 'no tables: keys, hashes and rules that each way in needs',
  },
  {
    files: '^src/modules/features/grants\\.ts$',
    reason: 'what a grant of each kind of feature is, pure',
  },
  {
    files: '^src/modules/usage/admission-queue\\.ts$',
    reason: 'queues that a product makes of it: rows of many requests in one call',
  },
  {
    files: '^src/product/seed/seed-world\\.ts$',
    reason: 'the made-up worlds of the command seed:demo',
  },
  {
    files: '^src/modules/entitlements/usage\\.ts$',
    reason: 'types and arithmetic of usage, pure',
  },
  {
    files: '^src/modules/subscriptions/decisions/',
    reason:
      'pure: what a subscription is to its readers, and the decisions by which billing reconciles it with Stripe',
  },
  {
    files: '^src/modules/subscriptions/current-usage\\.ts$',
    reason: 'a statement for the reads of entitlements to join: one round trip',
  },
  {
    files: '^src/modules/subscriptions/changes/payments\\.ts$',
    reason: 'the interface of payment providers, which billing implements',
  },
  {
    files: '^src/modules/subscriptions/subscriptions\\.repository\\.ts$',
    reason:
      'billing locks and writes the subscription that it reconciles with Stripe, as renewal and changes do',
  },
];

const feature = '^src/((modules|product)/[^/]+)/';
const entity = '^src/(modules|product)/.+\\.entity\\.ts$';

const surfaceRule = (name, kinds, dependencies) => ({
  name,
  severity: 'error',
  comment:
    'into another module only by its module, service, errors, events, dto, or an entity as a type',
  from: { path: feature },
  to: {
    path: feature,
    pathNot: ['^src/$1/', ...kinds, ...surfaceFiles.map(({ files }) => files)],
    ...dependencies,
  },
});

const surfaceRules = [
  surfaceRule('modules-by-their-surface', surfaceKinds, { dependencyTypesNot: ['type-only'] }),
  surfaceRule('types-by-the-surface', [...surfaceKinds, entity], {
    dependencyTypes: ['type-only'],
  }),
  {
    name: 'subscriptions-are-written-by-billing-alone',
    severity: 'error',
    comment: 'everyone else asks SubscriptionsService',
    from: { path: feature, pathNot: '^src/modules/(subscriptions|billing)/' },
    to: { path: '^src/modules/subscriptions/subscriptions\\.repository\\.ts$' },
  },
];

/** Folders inside a module: each may import those before it. Files beside the folders are for all of them. */
const innerFolders = {
  subscriptions: ['decisions', 'renewal', 'changes'],
  billing: ['stripe', 'records', 'account', 'catalog', 'sync', 'commands', 'checkout', 'inbox'],
};

const folderRules = Object.entries(innerFolders).flatMap(([module, folders]) =>
  folders.slice(0, -1).map((folder, index) => ({
    name: `no-upwards-in-${module}-from-${folder}`,
    severity: 'error',
    comment: `in ${module}: ${folders.join(' ← ')}`,
    from: { path: `^src/modules/${module}/${folder}/` },
    to: { path: `^src/modules/${module}/(${folders.slice(index + 1).join('|')})/` },
  })),
);

const tierRules = tiers.flatMap((names, tier) => {
  const upwards = tiers.slice(tier + 1).flat();
  const sideways = names.map((name) => ({
    name: `no-sideways-from-${name}`,
    severity: 'error',
    comment: 'modules of one tier do not know each other',
    from: { path: inModules([name]) },
    to: { path: inModules(names.filter((other) => other !== name)) },
  }));
  const up = {
    name: `no-upwards-from-tier-${tier}`,
    severity: 'error',
    comment: 'imports point down',
    from: { path: inModules(names) },
    to: { path: inModules(upwards) },
  };
  return [...(upwards.length > 0 ? [up] : []), ...(names.length > 1 ? sideways : [])];
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'common-is-pure',
      severity: 'error',
      comment: 'common knows neither platform nor features, no provider, no TypeORM',
      from: { path: '^src/common' },
      to: { path: ['^src/(platform|modules|product|cli)', '^node_modules/typeorm', '^migrations'] },
    },
    {
      name: 'platform-knows-no-feature',
      severity: 'error',
      from: { path: '^src/platform' },
      to: { path: ['^src/(modules|product|cli)', '^src/[^/]+\\.ts$', '^migrations'] },
    },
    {
      name: 'modules-know-no-application',
      severity: 'error',
      from: { path: '^src/modules' },
      to: { path: ['^src/cli', '^src/[^/]+\\.ts$', '^migrations'] },
    },
    {
      name: 'modules-know-no-product',
      severity: 'error',
      comment: 'src/product is what an adopter deletes and replaces',
      from: { path: '^src/(modules|platform|common)' },
      to: { path: '^src/product' },
    },
    {
      name: 'product-knows-no-application',
      severity: 'error',
      comment:
        'its migrations use what makes a table, the rules and the generators; its commands are of src/product/cli',
      from: { path: '^src/product', pathNot: '^src/product/cli/' },
      to: {
        path: ['^src/cli', '^src/[^/]+\\.ts$', '^src/product/cli/', '^migrations'],
        pathNot: ['^migrations/(table-rules\\.ts$|generators/)', '^src/product/[^/]+\\.ts$'],
      },
    },
    {
      name: 'decisions-are-pure',
      severity: 'error',
      comment: 'they read no database and know no provider of Nest',
      from: { path: '^src/modules/subscriptions/decisions/' },
      to: {
        path: [
          '^src/platform',
          '^node_modules/(typeorm|@nestjs)',
          '\\.(service|repository|controller)\\.ts$',
        ],
      },
    },
    {
      name: 'controllers-hold-no-repository',
      severity: 'error',
      comment:
        'a controller calls one method of a service and maps what comes back; types may be of a repository',
      from: { path: '\\.controller\\.ts$' },
      to: {
        path: ['\\.repository\\.ts$', '^src/platform/database/', '^node_modules/(typeorm|pg)/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'every-module-has-a-tier',
      severity: 'error',
      comment: 'name the module in a tier above',
      from: { path: '^src/modules/', pathNot: inModules(tiers.flat()) },
      to: {},
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      comment: 'a migration must do tomorrow what it does today',
      from: { path: '^migrations' },
      to: { path: '^src' },
    },
    {
      name: 'packages-know-nothing-of-the-application',
      severity: 'error',
      from: { path: '^packages' },
      to: { path: '^(src|migrations|test|bench)/' },
    },
    {
      name: 'packages-are-loaded-where-they-are-used',
      severity: 'error',
      comment:
        'the production image has none of packages/: load them by import() where they are needed',
      from: { path: '^(src|migrations)' },
      to: { path: '^packages/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-knows-the-client-alone',
      severity: 'error',
      comment: 'what the server is to the console, the contract says',
      from: { path: '^console' },
      to: { path: '^(src|migrations|test|bench|packages/(?!client/))' },
    },
    {
      name: 'nothing-knows-the-console',
      severity: 'error',
      comment: 'it may be deleted',
      from: { path: '^(src|migrations|packages)' },
      to: { path: '^console' },
    },
    {
      name: 'console-knows-three-files-of-its-product',
      severity: 'error',
      from: { path: '^console/src/', pathNot: '^console/src/product/' },
      to: {
        path: '^console/src/product/',
        pathNot: '^console/src/product/(routes|first-steps|english)\\.tsx?$',
      },
    },
    {
      name: 'pages-ask-by-operations',
      severity: 'error',
      comment: 'what the console calls is listed in operations.ts',
      from: { path: '^console/src/(app|public|team|staff|ui|product/.+/)' },
      to: { path: '^console/src/api/call\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-parts-know-no-pages',
      severity: 'error',
      comment: 'ui and api are for every page',
      from: { path: '^console/src/(ui|api)/' },
      to: { path: '^console/src/(app|public|team|staff|product)/' },
    },
    { name: 'no-barrels', severity: 'error', from: {}, to: { path: '^src/.*/index\\.ts$' } },
    ...tierRules,
    ...surfaceRules,
    ...folderRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tenantry/source', 'node', 'import', 'require', 'default'],
    },
    exclude: { path: ['\\.spec\\.ts$', '^packages/[^/]+/(dist|test)/'] },
  },
};
