// `npm run test:slow`: what starts processes of the built application, kills them, seeds, or tries many orders.
const { projects, ...shared } = require('./jest.config');

const project = (name) => projects.find(({ displayName }) => displayName === name);

module.exports = {
  ...shared,
  testTimeout: 180_000,
  projects: [
    {
      ...project('integration'),
      displayName: 'slow',
      testMatch: ['<rootDir>/test/slow/**/*spec.ts', '<rootDir>/test/product/slow/**/*spec.ts'],
    },
    { ...project('packages'), testMatch: ['<rootDir>/packages/*/test/**/*.spec.ts'] },
  ],
};
