// One run: unit tests beside the code, packages by themselves, the rest on a real PostgreSQL (test/support/global-setup.ts).
const shared = {
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  runtime: '<rootDir>/test/support/jest/runtime.js',
  rootDir: __dirname,
  transform: {
    '^.+\\.(ts|js|mjs)$': ['@swc/jest', { swcrc: false, ...require('./test/support/swc.json') }],
  },
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
  // For two cores: while one waits for PostgreSQL, a mail or the pause before a retry, the others work.
  maxWorkers: 3,
  // What a file has loaded is not all given back, some 2 MB a file: this ends a worker that keeps more than that.
  workerIdleMemoryLimit: '1100MB',
  testTimeout: 60_000,
  // Each failure is printed once, where it happens; scripts/check.js names them at the end.
  reporters: [['default', { summaryThreshold: Number.MAX_SAFE_INTEGER }]],
  projects: [
    {
      ...shared,
      ...withProperties,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts'],
    },
    {
      ...shared,
      ...withProperties,
      displayName: 'packages',
      testMatch: ['<rootDir>/packages/*/src/**/*.spec.ts'],
    },
    {
      ...shared,
      ...withProperties,
      ...onDatabase,
      displayName: 'integration',
      testMatch: [
        '<rootDir>/test/integration/**/*.spec.ts',
        '<rootDir>/test/product/integration/**/*.spec.ts',
      ],
    },
    {
      ...shared,
      ...onDatabase,
      displayName: 'e2e',
      testMatch: [
        '<rootDir>/test/e2e/**/*.e2e-spec.ts',
        '<rootDir>/test/product/e2e/**/*.e2e-spec.ts',
      ],
    },
    {
      ...shared,
      ...onDatabase,
      displayName: 'architecture',
      testMatch: [
        '<rootDir>/test/architecture/**/*.spec.ts',
        '<rootDir>/test/product/architecture/**/*.spec.ts',
      ],
    },
  ],
};
