import { migrate, migrationStatus } from '../../platform/database/migrate';
import { schema } from '../../schema';
import { CommandFailure } from '../support/failure';
import { countOf, print, printJson } from '../support/output';
import { withDatabase } from '../support/with-database';

/** `migrate`: applies the migrations of this version. */
export function runMigrate(): Promise<void> {
  return withDatabase(async (config, signals) => {
    const applied = await signals.unlessInterrupted(() =>
      migrate(config, schema, (name) => print(`applied ${name}`)),
    );
    print(
      applied === 0
        ? 'The database is up to date already.'
        : `The database is up to date: ${countOf(applied, 'migration', 'migrations')} applied.`,
    );
  });
}

/** `migrate:status`: every migration of this version. @throws CommandFailure when one is missing */
export function runMigrateStatus({ json }: { json?: boolean }): Promise<void> {
  return withDatabase(async (config, signals) => {
    const migrations = await signals.unlessInterrupted(() => migrationStatus(config, schema));
    if (json) printJson(migrations);
    else
      for (const { name, applied } of migrations)
        print(`${applied ? 'applied' : 'MISSING'}  ${name}`);
    const missing = migrations.filter(({ applied }) => !applied).length;
    if (missing > 0)
      throw new CommandFailure(
        `${countOf(missing, 'migration is', 'migrations are')} missing: run the command migrate`,
      );
  });
}
