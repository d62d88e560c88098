// `npm run test:fuzz`: minutes of random requests; not among the checks of `npm test`.
const { projects } = require('./jest.config.js');

const e2e = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...e2e,
  displayName: 'fuzz',
  testMatch: ['<rootDir>/test/fuzz/**/*.fuzz.ts'],
  globalSetup: '<rootDir>/test/fuzz/support/global-setup.ts',
  maxWorkers: 2,
  testTimeout: 600_000,
};
