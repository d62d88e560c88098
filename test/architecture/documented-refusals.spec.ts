import {
  isDocumented,
  operationsOf,
  readDocument,
  type Operation,
} from '../support/architecture/openapi';
import { TestApplication } from '../support/test-application';

/* What every route of a kind may answer stands in openapi.json at each of them, though no controller names it. */

describe('openapi.json names the refusals', () => {
  let server: TestApplication;
  let operations: Operation[];
  beforeAll(async () => {
    server = await TestApplication.start();
    operations = operationsOf(await readDocument(server));
  });
  afterAll(() => server.stop());

  const lacking = (of: Operation[], refusals: [status: number, code: string][]): string[] => {
    expect(of).not.toEqual([]);
    return of.flatMap((operation) =>
      refusals
        .filter(([status, code]) => !isDocumented(operation, status, code))
        .map(([status, code]) => `${operation.name}: ${status} ${code}`),
    );
  };

  it('of a body, wherever one is read', () => {
    const reading = operations.filter(({ verb }) => verb !== 'get');
    expect(
      lacking(reading, [
        [400, 'malformed_request'],
        [413, 'body_too_large'],
        [415, 'unsupported_media_type'],
      ]),
    ).toEqual([]);
  });

  it('of an Idempotency-Key, wherever one is taken', () => {
    const taking = operations.filter(({ parameters }) =>
      parameters.some(({ name }) => name === 'Idempotency-Key'),
    );
    expect(
      lacking(taking, [
        [422, 'idempotency_key_reused'],
        [409, 'idempotency_key_in_use'],
      ]),
    ).toEqual([]);
  });

  it('of a deactivated business, where support goes in', () => {
    const opening = operations.filter(({ action }) => action === 'support_session.start');
    expect(lacking(opening, [[403, 'business_deactivated']])).toEqual([]);
  });
});
