import { Command } from 'commander';
import type { SyncPlansOptions } from './commands/billing-sync-plans';
import type { VerifyBillingOptions } from './commands/billing-verify';
import { addProductCommands } from '../product/cli/commands';
import { commaSeparated, httpUrl, id, wholeNumber } from './support/options';
import type { ShiftTimeOptions } from './commands/shift-time';
import type { SqlCallerOptions } from './commands/sql-callers';
import type { StaffCreateOptions } from './commands/staff-create';
import type { ListenOptions } from './commands/listen';
import type { StripeLocalOptions } from './commands/stripe-local';
import type { RenewOptions } from './commands/subscriptions-renew';
import type { CreateServiceKeyOptions } from './commands/service-keys-create';
import type { ReplayOptions } from './commands/webhooks-replay';

const JSON_OPTION = ['--json', 'print JSON'] as const;
const CHECK_OPTION = ['--check', 'write nothing; exit 1 when the file differs'] as const;

/** All commands. Each is loaded when it is called, so that help and typos are answered at once. */
export function createProgram(): Command {
  const program = new Command('npm run cli --')
    .description(
      'Commands of Tenantry. Exit code 0: done, 1: failed, 2: wrong usage or configuration.',
    )
    .showHelpAfterError()
    .exitOverride();
  addDatabaseCommands(program);
  addStaffCommands(program);
  addServiceKeyCommands(program);
  addOperatorCommands(program);
  addBillingCommands(program);
  program.commandsGroup('Product:');
  addProductCommands(program);
  addDevelopmentCommands(program);
  addGenerators(program);
  program.commandsGroup('Help:').helpCommand(true);
  return program;
}

function addDatabaseCommands(program: Command): void {
  program.commandsGroup('Database:');
  program
    .command('migrate')
    .description('migrate the database to this version')
    .action(async () => (await import('./commands/migrate.js')).runMigrate());
  program
    .command('migrate:status')
    .description('list the migrations; exit 1 when one is missing')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./commands/migrate.js')).runMigrateStatus(options),
    );
}

function addStaffCommands(program: Command): void {
  program.commandsGroup('Staff:');
  program
    .command('staff:create')
    .description('create a staff account')
    .requiredOption('--email <email>', 'the e-mail address to log in with')
    .requiredOption('--name <name>', 'the full name')
    .requiredOption('--password-stdin', 'read the password from standard input')
    .option(...JSON_OPTION)
    .action(async (options: StaffCreateOptions) =>
      (await import('./commands/staff-create.js')).runStaffCreate(options),
    );
  program
    .command('staff:list')
    .description('list the staff accounts')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./commands/staff-list.js')).runStaffList(options),
    );
  program
    .command('staff:disable')
    .description('disable a staff account and end its sessions and support sessions')
    .requiredOption('--email <email>', 'the e-mail address of the account')
    .action(async (options: { email: string }) =>
      (await import('./commands/staff-disable.js')).runStaffDisable(options),
    );
  program
    .command('staff:unlock')
    .description('let a staff account log in again after too many failures')
    .requiredOption('--email <email>', 'the e-mail address of the account')
    .action(async (options: { email: string }) =>
      (await import('./commands/staff-unlock.js')).runStaffUnlock(options),
    );
  program
    .command('staff:reset-factor')
    .description(
      'remove the second factor that staff have lost, and end the sessions of the account',
    )
    .requiredOption('--email <email>', 'the e-mail address of the account')
    .action(async (options: { email: string }) =>
      (await import('./commands/reset-factor.js')).runStaffResetFactor(options),
    );
  program
    .command('members:reset-factor')
    .description(
      'remove the second factor that a person has lost, in 24 hours unless they cancel it',
    )
    .requiredOption('--email <email>', 'the e-mail address of the person')
    .option(...JSON_OPTION)
    .action(async (options: { email: string; json?: boolean }) =>
      (await import('./commands/reset-factor.js')).runMembersResetFactor(options),
    );
  program
    .command('usage:verify')
    .description(
      'compare all usage counters with the rows and events they count; exit 1 when one differs',
    )
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./commands/usage-verify.js')).runUsageVerify(options),
    );
  program
    .command('sql-callers:grant')
    .description('let a role of the database count usage in its own transactions')
    .requiredOption('--role <role>', 'the role that logs in')
    .option('--business <id>', 'for this business only; without it, for all', id)
    .action(async (options: SqlCallerOptions) =>
      (await import('./commands/sql-callers.js')).runSqlCallersGrant(options),
    );
  program
    .command('sql-callers:revoke')
    .description('take back what sql-callers:grant gave')
    .requiredOption('--role <role>', 'the role that logs in')
    .option('--business <id>', 'for this business; without it, for all', id)
    .action(async (options: SqlCallerOptions) =>
      (await import('./commands/sql-callers.js')).runSqlCallersRevoke(options),
    );
  program
    .command('sql-callers:list')
    .description('list the roles of the database that may count usage')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./commands/sql-callers.js')).runSqlCallersList(options),
    );
  program
    .command('staff:reset-password')
    .description('set a new password for a staff account and end its sessions')
    .requiredOption('--email <email>', 'the e-mail address of the account')
    .requiredOption('--password-stdin', 'read the password from standard input')
    .action(async (options: { email: string }) =>
      (await import('./commands/staff-reset-password.js')).runStaffResetPassword(options),
    );
}

function addServiceKeyCommands(program: Command): void {
  program.commandsGroup('Service keys:');
  program
    .command('service-keys:create')
    .description('create a key for a back end of yours, and print it this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption(
      '--scopes <scopes>',
      'what it may do, separated by commas: usage:write, usage:read, entitlements:read',
      commaSeparated,
    )
    .option(
      '--business-ids <ids>',
      'the only businesses that it may name, separated by commas',
      commaSeparated,
    )
    .option('--expires-at <time>', 'when it ends, in ISO 8601')
    .option(...JSON_OPTION)
    .action(async (options: CreateServiceKeyOptions) =>
      (await import('./commands/service-keys-create.js')).runServiceKeysCreate(options),
    );
}

function addOperatorCommands(program: Command): void {
  program.commandsGroup('Operation:');
  program
    .command('subscriptions:renew')
    .description('close the periods that have ended, once; servers do it every minute')
    .option('--dry-run', 'only show what would be done')
    .option(...JSON_OPTION)
    .action(async (options: RenewOptions) =>
      (await import('./commands/subscriptions-renew.js')).runSubscriptionsRenew(options),
    );
  program
    .command('doctor')
    .description('check this installation and say how to fix it; exit 1 when a check fails')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) =>
      (await import('./doctor/doctor.command.js')).runDoctor(options),
    );
}

function addBillingCommands(program: Command): void {
  program.commandsGroup('Payments:');
  program
    .command('billing:sync-plans')
    .description(
      'update the products and prices at Stripe from the plans; shows the difference first',
    )
    .option('--dry-run', 'only show the difference')
    .option(...JSON_OPTION)
    .action(async (options: SyncPlansOptions) =>
      (await import('./commands/billing-sync-plans.js')).runSyncPlans(options),
    );
  program
    .command('billing:move-account')
    .description('unlink the current Stripe account and link that of the key')
    .option('--yes', 'delete the stored customers and subscriptions; without it, only count them')
    .action(async (options: { yes?: boolean }) =>
      (await import('./commands/billing-move-account.js')).runMoveAccount(options),
    );
  program
    .command('billing:verify')
    .description('compare every Stripe subscription with the local one; exit 1 when one differs')
    .option('--repair', 'overwrite the local state with that of Stripe where they differ')
    .option(...JSON_OPTION)
    .action(async (options: VerifyBillingOptions) =>
      (await import('./commands/billing-verify.js')).runVerifyBilling(options),
    );
  program
    .command('webhooks:replay')
    .description('retry Stripe events that have had no effect')
    .option('--event <id>', 'only this event')
    .option(...JSON_OPTION)
    .action(async (options: ReplayOptions) =>
      (await import('./commands/webhooks-replay.js')).runWebhooksReplay(options),
    );
}

function addDevelopmentCommands(program: Command): void {
  program.commandsGroup('Development:');
  program
    .command('demo:billing')
    .description('play the life of a paid subscription, on a temporary server, database and Stripe')
    .action(async () => (await import('./demo/demo-billing.command.js')).runDemoBilling());
  program
    .command('demo:usage')
    .description(
      "race a limit in another program's transactions, by check-then-insert and by tenantry.consume",
    )
    .action(async () => (await import('./demo/demo-usage.command.js')).runDemoUsage());
  program
    .command('dev:shift-time')
    .description(
      'move a business into the past, so that time seems to have passed; not in production',
    )
    .requiredOption('--business <id>', 'the id of the business', id)
    .requiredOption('--days <days>', 'the number of days', wholeNumber(1, 3650))
    .action(async (options: ShiftTimeOptions) =>
      (await import('./commands/shift-time.js')).runShiftTime(options),
    );
  program
    .command('listen')
    .description(
      'show the events of a business as they happen, and send them on; not in production',
    )
    .requiredOption('--business <id>', 'the business')
    .option('--forward <url>', 'a URL on this machine that gets them signed, as a webhook', httpUrl)
    .action(async (options: ListenOptions) =>
      (await import('./commands/listen.js')).runListen(options),
    );
  program
    .command('stripe:local')
    .description('run a local Stripe that moves no money; not in production')
    .option('--port <port>', 'the port to listen on', wholeNumber(0, 65_535), 12_111)
    .option(
      '--forward-to <url>',
      'the URL that receives its events',
      httpUrl,
      'http://127.0.0.1:3000/v1/webhooks/stripe',
    )
    .action(async (options: StripeLocalOptions) =>
      (await import('./commands/stripe-local.js')).runStripeLocal(options),
    );
}

function addGenerators(program: Command): void {
  program.commandsGroup('Generated files:');
  program
    .command('docs')
    .description('write all of them')
    .option(...CHECK_OPTION)
    .action(async (options: { check?: boolean }) =>
      (await import('./commands/docs.js')).runDocs(options),
    );
  program
    .command('openapi')
    .description('write openapi.json')
    .option(...CHECK_OPTION)
    .action(async (options: { check?: boolean }) =>
      (await import('./commands/openapi.js')).runOpenApi(options),
    );
  program
    .command('problems')
    .description('write docs/problems.md')
    .option(...CHECK_OPTION)
    .action(async (options: { check?: boolean }) =>
      (await import('./commands/problems.js')).runProblems(options),
    );
  program
    .command('permissions')
    .description('write docs/permissions.md')
    .option(...CHECK_OPTION)
    .action(async (options: { check?: boolean }) =>
      (await import('./commands/permissions.js')).runPermissions(options),
    );
  program
    .command('variables')
    .description('write the table of variables in docs/configuration.md, and .env.example')
    .option(...CHECK_OPTION)
    .action(async (options: { check?: boolean }) =>
      (await import('./commands/variables.js')).runVariables(options),
    );
}
