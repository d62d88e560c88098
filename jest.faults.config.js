// `npm run test:faults`: scenarios with faults, one after the other, each on servers and a PostgreSQL of its own.
const { projects } = require('./jest.config');

const {
  globalSetup: _setup,
  globalTeardown: _teardown,
  ...e2e
} = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...e2e,
  displayName: 'faults',
  testMatch: ['<rootDir>/test/faults/**/*.fault-spec.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
