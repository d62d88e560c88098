// What HTTP alone costs here: Fastify parses a recording and answers the JSON that the server would answer.
require('./report-usage');
const fastify = require('fastify')();

const PERIOD = { used: 1, limit: 1e9, remaining: 999_999_999, credits: 0, overLimit: false };
const ID = '019ac4ab-6a1c-7c21-8a5b-6d2d0f3f9a10';

fastify.post('/v1/recordings', (request, reply) => {
  const { externalId, startedAt, durationMs, device, metadata } = request.body;
  const recording = { id: ID, externalId, applicationId: null, startedAt, reportedStartedAt: null };
  const usage = { ...PERIOD, resetsAt: startedAt };
  return reply
    .code(201)
    .send({ ...recording, durationMs, device, metadata, createdAt: startedAt, usage });
});
void fastify.listen({ port: 0, host: '127.0.0.1' }).then((url) => console.log(`ready: ${url}`));
process.on('SIGTERM', () => process.exit(0));
