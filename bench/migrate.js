// How long an installation of the version before features takes to come to this one, and that it keeps usage, credits
// and periods: test/product/support. `npm run bench -- migrate [--subscriptions 100000]`
const fs = require('node:fs');
const path = require('node:path');
const { DataSource } = require('typeorm');
const { built, startDatabases, withClient } = require('./support/bench-database');
const { loadInBulk } = require('./support/bulk-load');

const LAST_WITHOUT_FEATURES = 1763690000099;

const readSql = (name) =>
  fs.readFileSync(path.join(__dirname, '..', 'test', 'product', 'support', `${name}.sql`), 'utf8');

/** @returns the seconds of `migrate` */
async function run({ subscriptions = '1000000' }) {
  const databases = await startDatabases();
  try {
    await databases.command('CREATE DATABASE before_features');
    const url = databases.urlOf('before_features');
    await install(url);
    await fill(url, subscriptions);
    const before = await digest(url, 'kept-before');
    const seconds = await migrate(url);
    const after = await digest(url, 'kept-after');
    if (before !== after) throw new Error(`before: ${before}\nafter: ${after}`);
    return { subscriptions: Number(subscriptions), seconds, kept: JSON.parse(after) };
  } finally {
    await databases.stop();
  }
}

async function install(url) {
  const migrations = built('schema.js').schema.migrations.filter(
    ({ name }) => Number(/\d+$/.exec(name)) <= LAST_WITHOUT_FEATURES,
  );
  const options = '-c app.scope=platform -c search_path=public';
  const dataSource = new DataSource({ type: 'postgres', url, migrations, extra: { options } });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
  await dataSource.destroy();
}

async function fill(url, subscriptions) {
  const statements = listStatements(subscriptions);
  const tables = new Set(statements.map(tableOf));
  await withClient(url, async (client) => {
    await loadInBulk(client, [...tables], async () => {
      for (const sql of statements) {
        process.stderr.write(`${tableOf(sql)} …\n`);
        await client.query(sql);
      }
      process.stderr.write('keys and indexes …\n');
    });
    await client.query('ANALYZE');
    await client.query('CHECKPOINT').catch(() => undefined); // needs a right that the role may not have
  });
}

/**
 * No migration touches rows of recordings, so there are none. `uuidv7` is PostgreSQL's own, which takes an eighth of
 * the time.
 */
function listStatements(subscriptions) {
  return readSql('before-features')
    .replaceAll(':count', subscriptions)
    .replaceAll('uuid_v7()', 'uuidv7()')
    .split(/;\n/)
    .filter((sql) => sql.trim() && tableOf(sql) !== 'recordings');
}

const tableOf = (sql) => /INSERT INTO (\w+)/.exec(sql)[1];

async function migrate(url) {
  const config = { ...built('platform/config/config.js').readConfig({}), databaseUrl: url };
  const { schema } = built('schema.js');
  const startedAt = performance.now();
  await built('platform/database/migrate.js').migrate(
    { ...config, databaseDirectUrl: url },
    schema,
    () => undefined,
  );
  return Number(((performance.now() - startedAt) / 1000).toFixed(1));
}

/** The number of each kind of row, and the sum of their hashes, as JSON. */
async function digest(url, name) {
  const sql = `
    SELECT jsonb_object_agg(what, jsonb_build_array(rows, hash::text)) AS digest FROM (
      SELECT what, count(*) AS rows, sum(hashtextextended(of || says, 0)) AS hash FROM (${readSql(name)}) AS kept GROUP BY what
    ) AS each`;
  const { rows } = await withClient(url, (client) => client.query(sql));
  return JSON.stringify(rows[0].digest);
}

module.exports = { run };
