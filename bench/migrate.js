// How long an installation of the version before features takes to come to this one: test/product/support/before-features.sql.
const fs = require('node:fs');
const path = require('node:path');
const { DataSource } = require('typeorm');
const { built, startDatabases } = require('./support/bench-database');

const FILL = path.join(__dirname, '..', 'test', 'product', 'support', 'before-features.sql');
const LAST_WITHOUT_FEATURES = 1763690000099;

/** Rows of recordings are not touched by a migration, so there are none. */
function listStatements(subscriptions) {
  const statements = fs.readFileSync(FILL, 'utf8').replaceAll(':count', subscriptions).split(/;\n/);
  return statements.filter((sql) => sql.trim() && !sql.includes('INSERT INTO recordings'));
}

/** Not audited row by row, as a seed is not. */
async function install(url, subscriptions) {
  const { schema } = built('schema.js');
  const migrations = schema.migrations.filter(
    ({ name }) => Number(/\d+$/.exec(name)) <= LAST_WITHOUT_FEATURES,
  );
  const options = '-c app.scope=platform -c app.action=seed.demo -c search_path=public';
  const dataSource = new DataSource({ type: 'postgres', url, migrations, extra: { options } });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
  for (const sql of listStatements(subscriptions)) {
    process.stderr.write(`${/INSERT INTO \w+/.exec(sql)[0]} …\n`);
    await dataSource.query(sql);
  }
  await dataSource.query('ANALYZE');
  await dataSource.query('CHECKPOINT').catch(() => undefined); // needs a right that the role may not have
  await dataSource.destroy();
}

/** @returns the seconds of `migrate` */
async function run({ subscriptions = '1000000' }) {
  const databases = await startDatabases();
  try {
    await databases.command('CREATE DATABASE before_features');
    const url = databases.urlOf('before_features');
    await install(url, subscriptions);
    const config = { ...built('platform/config/config.js').readConfig({}), databaseUrl: url };
    const startedAt = performance.now();
    await built('platform/database/migrate.js').migrate(
      { ...config, databaseDirectUrl: url },
      built('schema.js').schema,
      () => undefined,
    );
    const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
    return { subscriptions: Number(subscriptions), seconds };
  } finally {
    await databases.stop();
  }
}

module.exports = { run };
