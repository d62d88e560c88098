import type { Command } from 'commander';
import { httpUrl, wholeNumber } from '../../cli/support/options';
import type { DemoOptions } from './demo/demo.command';
import type { PruneOptions } from './recordings-prune';
import type { SeedOptions } from './seed-demo.command';

const JSON_OPTION = ['--json', 'print JSON'] as const;
const MAXIMUM_SEED = 2 ** 32 - 1;

/** The commands of this product, each loaded when it is called. */
export function addProductCommands(program: Command): void {
  program
    .command('recordings:prune')
    .description('delete recordings older than a number of days, of all businesses')
    .requiredOption('--older-than <days>', 'the number of days to keep', wholeNumber(1, 36_500))
    .option(...JSON_OPTION)
    .action(async (options: PruneOptions) =>
      (await import('./recordings-prune.js')).runRecordingsPrune(options),
    );
  program
    .command('demo')
    .description(
      "play a day of a customer's life against a running server, which keeps the business",
    )
    .option('--url <url>', 'the address of the server; by default that of this checkout', httpUrl)
    .action(async (options: DemoOptions) =>
      (await import('./demo/demo.command.js')).runDemo(options),
    );
  program
    .command('seed:demo')
    .description('fill the database with made-up businesses; the same seed makes the same ones')
    .option('--businesses <count>', 'how many businesses', wholeNumber(1, 5_000_000), 100)
    .option(
      '--recordings <count>',
      'how many recordings in all',
      wholeNumber(0, 1_000_000_000),
      20_000,
    )
    .option('--seed <number>', 'the seed of the random choices', wholeNumber(0, MAXIMUM_SEED), 1)
    .option(...JSON_OPTION)
    .action(async (options: SeedOptions) =>
      (await import('./seed-demo.command.js')).runSeedDemo(options),
    );
}
