// The environment of runtime.js: the worker's own globals, put back after each file.
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Where jest-circus keeps its state: with one global for all files, each would keep those before it, and tell them all. */
const STATES_OF_CIRCUS = ['EVENT_HANDLERS', 'JEST_STATE_SYMBOL'];

/** Jest keeps a hundred, and maps each to its source when a stack is read, as `stripe` does for every call. */
const FRAMES = 25;

function forgetTests() {
  for (const symbol of Object.getOwnPropertySymbols(globalThis))
    if (STATES_OF_CIRCUS.includes(symbol.description)) delete globalThis[symbol];
}

module.exports = class SharedEnvironment {
  global = globalThis;
  fakeTimers = null; // the legacy ones
  moduleMocker = new ModuleMocker(globalThis);
  before = { console: globalThis.console, exit: process.exit, variables: { ...process.env } };

  constructor({ projectConfig: config }) {
    this.conditions = config.testEnvironmentOptions.customExportConditions;
    this.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
  }

  async setup() {
    Error.stackTraceLimit = FRAMES;
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    forgetTests();
    globalThis.console = this.before.console;
    process.exit = this.before.exit;
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, this.before.variables);
  }

  exportConditions() {
    return this.conditions;
  }

  /** None: all is compiled in the context of the worker. */
  getVmContext() {
    return null;
  }
};
