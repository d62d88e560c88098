import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* API_DOCS=off: the contract is not served, and nothing links to it. */

let server: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start({ hasApiDocs: false });
});
afterAll(() => server.stop());

it.each(['/docs', '/docs/', '/docs/index.html', '/docs/swagger-ui-bundle.js', '/openapi.json'])(
  '%s is not there',
  async (path) => {
    expectProblem(await server.get(path), 404, 'route_not_found');
  },
);

it.each(['/', '/problems/quota_exceeded'])('%s links to none of it', async (path) => {
  const { status, text } = await server.get(path);
  expect(status).toBe(200);
  expect(text).not.toMatch(/\/docs|openapi/);
});

it('the routes of the contract answer', async () => {
  await server.get('/v1/plans').expect(200);
});
