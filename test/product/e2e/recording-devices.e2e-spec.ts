import type { Response } from 'supertest';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { expectFaults, expectProblem } from '../../support/problems';
import { sendRecording } from '../support/recordings';
import { TestApplication } from '../../support/test-application';

/* An SDK that is newer than its server tells more of a device than the server knows: it is kept. */

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

function send(device: object): Promise<Response> {
  return sendRecording(server, customer, aRecording({ device }));
}

/** So many unknown fields. */
function fields(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`field ${at}`, at]));
}

/** One unknown field that takes so many bytes as JSON, with its object. */
function large(bytes: number): object {
  return { text: 'x'.repeat(bytes - '{"text":""}'.length) };
}

describe('what is unknown of a device', () => {
  it.each<[string, object]>([
    [
      'text, a number, yes and nothing',
      { thermal: 'fair', cores: 8, foldable: true, locale: null },
    ],
    ['an object and a list', { screen: { width: 1080, height: 2400 }, abis: ['arm64', 'arm'] }],
    ['names that every JavaScript object has', { toString: 'x', valueOf: 1, toJSON: 'x', then: 2 }],
    ['more of them', { prototype: 1, hasOwnProperty: null, __defineGetter__: {}, length: -1 }],
    ['20 fields', fields(20)],
    ['a name of 64 characters outside the BMP', { ['😀'.repeat(64)]: 1 }],
    ['4 KiB', large(4 * 1024)],
  ])('is kept: %s', async (_, unknown) => {
    const device = { model: 'Pixel 9', ...unknown };
    const recording = aRecording({ device });
    const stored = await sendRecording(server, customer, recording);
    expect([stored.status, (stored.body as { device: object }).device]).toEqual([201, device]);
    const { id } = stored.body as { id: string };
    const read = await server.get(`/v1/recordings/${id}`, customer.token);
    expect((read.body as { device: object }).device).toEqual(device);
    const again = await sendRecording(server, customer, recording);
    expect(again.status).toBe(200);
    const other = { ...recording, device: { model: 'Pixel 9', colour: 'red' } };
    const conflict = await sendRecording(server, customer, other);
    expectProblem(conflict, 409, 'external_id_conflict');
  });

  it('is kept in a batch too', async () => {
    const recordings = [aRecording({ device: { cores: 8 } }), aRecording({ device: { model: 1 } })];
    const answer = await server.post('/v1/recordings/batch', customer.key, { recordings });
    expect(answer.body).toMatchObject({
      results: [
        { status: 201, recording: { device: { cores: 8 } } },
        { status: 422, problem: { errors: [{ pointer: '/device/model' }] } },
      ],
    });
  });

  it.each<[string, object, string]>([
    ['21 fields', fields(21), '/device'],
    ['more than 4 KiB', large(4 * 1024 + 1), '/device'],
    ['no name', { '': 1 }, '/device/'],
    ['a name of 65 characters', { ['x'.repeat(65)]: 1 }, `/device/${'x'.repeat(65)}`],
    ['a name with NUL', { 'a\0': 1 }, '/device/a\0'],
    ['NUL', { colour: 'a\0' }, '/device/colour'],
    ['half a surrogate pair inside', { colours: [{ first: '\ud800' }] }, '/device/colours'],
    ['an integer that JavaScript cannot hold', { cores: 2 ** 53 }, '/device/cores'],
  ])('is refused with %s', async (_, device, pointer) => {
    expectFaults(await send(device), pointer);
  });

  it.each(['1e400', '1e-400'])('is refused with %s', async (number) => {
    const body = JSON.stringify(aRecording({ device: { cores: 0 } }));
    const answer = await server
      .send('post', '/v1/recordings', customer.key)
      .type('json')
      .send(body.replace('"cores":0', `"cores":${number}`));
    expectFaults(answer, '/device/cores');
  });

  it.each(['__proto__', 'constructor'])('is refused as everywhere when it is %s', async (name) => {
    const body = JSON.stringify(aRecording({ device: { cores: 0 } }));
    const answer = await server
      .send('post', '/v1/recordings', customer.key)
      .type('json')
      .send(body.replace('cores', name));
    expectProblem(answer, 400, 'malformed_request');
  });

  it('does not excuse what is known, nor is it kept elsewhere', async () => {
    expectFaults(await send({ model: 9, cores: 8 }), '/device/model');
    const answer = await sendRecording(server, customer, aRecording({ colour: 'red' }));
    expectFaults(answer, '/colour');
  });
});
