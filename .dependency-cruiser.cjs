// Rule 1 of the house: imports point down. common ← platform ← modules by tier ← the application.
const tiers = [
  ['audit', 'plans', 'identity'],
  ['businesses'],
  ['entitlements'],
  ['subscriptions'],
  ['team-members'],
  ['api-keys', 'support-sessions'],
  ['access', 'accounts', 'billing', 'notifications', 'staff'],
  ['onboarding', 'ops'],
];

const inModules = (names) => `^src/modules/(${names.join('|')})/`;

/** Folders inside a module: each may import those before it. Files beside the folders are the module's surface. */
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
      from: { path: '^src/product' },
      to: { path: ['^src/cli', '^src/[^/]+\\.ts$', '^migrations'] },
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
    { name: 'no-barrels', severity: 'error', from: {}, to: { path: '^src/.*/index\\.ts$' } },
    ...tierRules,
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
