// One run: unit tests beside the code, packages by themselves, the rest on a real PostgreSQL (test/support/global-setup.ts).
const fs = require('node:fs');
const path = require('node:path');

/** Every installed package that is ESM: jest cannot `require` it on Node 20, so it is down-leveled; the rest is left alone. */
function esmPackages(modules) {
  if (!fs.existsSync(modules)) return [];
  const names = fs.readdirSync(modules).filter((name) => !name.startsWith('.'));
  const packages = names.flatMap((name) =>
    name.startsWith('@')
      ? fs.readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`)
      : [name],
  );
  return packages.flatMap((name) => {
    const nested = esmPackages(path.join(modules, name, 'node_modules'));
    return isEsm(path.join(modules, name)) ? [name, ...nested] : nested;
  });
}

function isEsm(folder) {
  const manifest = path.join(folder, 'package.json');
  return fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
}

const esm = [...new Set(esmPackages(path.join(__dirname, 'node_modules')))].map((name) =>
  name.replaceAll('.', '\\.'),
);

const shared = {
  testEnvironment: 'node',
  rootDir: __dirname,
  transform: {
    '^.+\\.(ts|js|mjs)$': ['@swc/jest', { swcrc: false, ...require('./test/support/swc.json') }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esm.join('|')})/)`],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/packages/.*/dist/', '<rootDir>/.data/'],
  // The packages of this repository as they are written, not as they were last built.
  testEnvironmentOptions: { customExportConditions: ['node', '@tenantry/source'] },
};

const withProperties = { setupFiles: ['<rootDir>/test/support/property-seed.ts'] };

const onDatabase = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

module.exports = {
  maxWorkers: 2,
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      ...withProperties,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'packages',
      testMatch: ['src', 'test'].map((folder) => `<rootDir>/packages/*/${folder}/**/*.spec.ts`),
    },
    {
      ...shared,
      ...withProperties,
      ...onDatabase,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.spec.ts'],
    },
    {
      ...shared,
      ...onDatabase,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'],
    },
    {
      ...shared,
      ...onDatabase,
      displayName: 'architecture',
      testMatch: ['<rootDir>/test/architecture/**/*.spec.ts'],
    },
  ],
};
