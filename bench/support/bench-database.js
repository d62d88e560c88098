// A PostgreSQL for the bench, configured like the embedded one: fsync and synchronous_commit on.
const { mkdtempSync, realpathSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { URL } = require('node:url');
const { openEmbeddedPostgres } = require('@tenantry/embedded-postgres');
const { Client } = require('pg');

const IN_USE = '55006'; // a connection is still closing

const built = (file) => require(path.join(__dirname, '..', '..', 'dist', 'src', file));

async function startDatabases() {
  const directory = mkdtempSync(path.join(tmpdir(), 'tenantry-bench-'));
  const server = await openEmbeddedPostgres({
    name: 'tenantry',
    dataDirectory: directory,
    createDatabases: true,
  });
  return new Databases(server, directory);
}

class Databases {
  constructor(server, directory) {
    this.server = server;
    this.directory = directory;
  }

  urlOf(name) {
    const url = new URL(this.server.url);
    url.pathname = `/${name}`;
    return url.toString();
  }

  /** An empty database with all migrations. */
  async create(name) {
    await this.command(`CREATE DATABASE ${name}`);
    const url = this.urlOf(name);
    const config = { ...built('platform/config/config.js').readConfig({}), databaseUrl: url };
    const { schema } = built('schema.js');
    await built('platform/database/migrate.js').migrate(
      { ...config, databaseDirectUrl: url, dataDirectory: this.directory },
      schema,
      () => undefined,
    );
    return url;
  }

  /** Copies files, with a checkpoint before and after: the next measurement starts from a clean state. */
  async clone(template, name) {
    await this.drop(name);
    await this.command(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    await this.command(
      `ALTER ROLE CURRENT_USER IN DATABASE ${name} SET search_path = tenantry, public`, // a clone has no settings of roles
    );
    return this.urlOf(name);
  }

  /**
   * Not WITH (FORCE), which only a superuser may use while autovacuum works there; without it, PostgreSQL ends
   * autovacuum itself.
   */
  async drop(name, tries = 10) {
    try {
      await this.command(`DROP DATABASE IF EXISTS ${name}`);
    } catch (error) {
      if (error.code !== IN_USE || tries === 1) throw error;
      await this.drop(name, tries - 1); // PostgreSQL has waited for five seconds by then
    }
  }

  command(sql) {
    return withClient(this.server.url, (client) => client.query(sql));
  }

  async stop() {
    const home = realpathSync(path.join(this.directory, 'postgres')); // under root it is elsewhere
    await this.server.release();
    for (const directory of [home, this.directory])
      rmSync(directory, { recursive: true, force: true });
  }
}

/** As the application's role, seeing all tenants. */
async function withClient(url, work) {
  const client = new Client({ connectionString: url, options: '-c app.scope=platform' });
  client.on('error', () => undefined); // a dropped database ends its connections
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

module.exports = { startDatabases, withClient, built };
