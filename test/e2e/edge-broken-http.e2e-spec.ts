import { Edge, JSON_TYPE, type Headers } from '../support/edge';
import { expectProblem } from '../support/problems';
import { sendBytes } from '../support/raw-http';

describe('broken HTTP', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  describe('what is hardly HTTP', () => {
    const start =
      'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n';
    const broken: [string, string][] = [
      ['no HTTP', 'nonsense\r\n\r\n'],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
      ['two lengths', `${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
      [
        'a length and chunks',
        `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      ['a negative length', `${start}Content-Length: -1\r\n\r\n`],
      ['a length that is none', `${start}Content-Length: 0x2\r\n\r\n{}`],
      ['a chunk that is none', `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
      ['a folded header', `${start}X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`],
      ['a space before the colon', `${start}Content-Length : 2\r\n\r\n{}`],
      ['NUL in a header', `${start}X: a\0b\r\n\r\n`],
    ];
    it.each(broken)('is 400 when it is %s, and the connection ends', async (_, bytes) => {
      const answer = await sendBytes(edge.server.url, Buffer.from(bytes, 'latin1'));
      expectProblem(answer, 400, 'malformed_request');
      expect(answer.headers.connection).toBe('close');
    });

    it('is 431 when its headers are too large', async () => {
      const headers: Headers = [['x-large', 'x'.repeat(70_000)]];
      expectProblem(await edge.raw({ path: '/v1/plans', headers }), 431, 'headers_too_large');
    });

    it.each(['/v1/%', '/v1/team-members/%zz', '/%E0%A4%A', '/problems/%c0%af'])(
      'is 400 when %s is no address',
      async (path) => {
        expectProblem(await edge.raw({ path }), 400, 'malformed_request');
      },
    );

    it.each([
      ['no host', []],
      ['two hosts', ['Host: localhost', 'Host: evil.test']],
    ])('is 400 when it names %s', async (_, hosts) => {
      const lines = ['GET /v1/plans HTTP/1.1', ...hosts, 'Connection: close'];
      const answer = await sendBytes(edge.server.url, `${lines.join('\r\n')}\r\n\r\n`);
      expectProblem(answer, 400, 'malformed_request');
    });

    it('needs no host where it is of HTTP/1.0, which knows none', async () => {
      const answer = await sendBytes(edge.server.url, 'GET /v1/plans HTTP/1.0\r\n\r\n');
      expect(answer.status).toBe(200);
    });

    it('is 417 with an unknown expectation', async () => {
      const headers: Headers = [...JSON_TYPE, ['expect', 'a-miracle']];
      expectProblem(await edge.post('{}', headers), 417, 'expectation_failed');
      const known: Headers = [...JSON_TYPE, ['expect', '100-continue']];
      expect((await edge.post('{}', known)).text).toContain('422');
    });

    it('leaves the server well', async () => {
      for (const [, bytes] of broken)
        await sendBytes(edge.server.url, Buffer.from(bytes, 'latin1'));
      expect((await edge.server.get('/health/ready')).status).toBe(200);
    });
  });
});
