// Another program on the database, as docs/features.md shows it: each export is a row of its own table and a count by
// tenantry.consume, in one transaction. It prints the id of each that is committed, and repeats the one whose end it did
// not see when it is started again: node consuming-program.js <url> <business> <lanes>
const { Client } = require('pg');

const [url, business, lanes] = process.argv.slice(2);
const INSERT = 'INSERT INTO public.exports (id) VALUES ($1) ON CONFLICT DO NOTHING';
const CONSUME = `SELECT tenantry.consume($1, 'exports', 2, $2)`;
const ROLLED_BACK = 4; // every fourth is, the first time

async function run(lane) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT count(*)::integer AS done FROM public.exports WHERE id LIKE $1`,
    [`${lane}-%`],
  );
  for (let number = rows[0].done; ; number += 1) {
    if (number % ROLLED_BACK === 0) await count(client, `${lane}-${number}`, 'ROLLBACK');
    await count(client, `${lane}-${number}`, 'COMMIT');
    process.stdout.write(`${lane}-${number}\n`);
  }
}

async function count(client, id, end) {
  try {
    await client.query('BEGIN');
    await client.query(INSERT, [id]);
    await client.query(CONSUME, [business, id]);
    await client.query(end);
  } catch (error) {
    await client.query('ROLLBACK');
    if (error.code !== 'TQ503') throw error;
    await count(client, id, end); // the counter was busy
  }
}

for (let lane = 0; lane < Number(lanes); lane += 1) void run(lane);
