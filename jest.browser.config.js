// `npm run test:browser`: what only a browser does. Needs Chromium: CHROMIUM names it, else the one in the PATH.
const { projects, ...shared } = require('./jest.config.js');

const e2e = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...shared,
  projects: [
    {
      ...e2e,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/**/*.browser-spec.ts'],
    },
  ],
};
