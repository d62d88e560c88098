// Packages and the sources under test are loaded once a worker, not once a test file as jest does: loading NestJS,
// TypeORM and Stripe took three seconds of each file, loading src/ another. Test files and test/support are loaded for each file.
// So src/ may keep no state at module level that one test can leave to the next. Needs environment.js, since all of
// them then share one realm.
const asyncHooks = require('node:async_hooks');
const { createRequire, isBuiltin } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Those of this repository are sources. */
const OWN = /^([./]|@tenantry\/)/;
/** Node loads them. */
const isPackage = (name) => name !== undefined && !OWN.test(name) && !isBuiltin(name);

const ROOT = path.join(__dirname, '../../..');
const SOURCE = /^(src|packages\/[^/]+\/src)\//;
const isSource = (file) =>
  SOURCE.test(path.relative(ROOT, file).replaceAll(path.sep, '/')) && !file.endsWith('.spec.ts');

/**
 * What jest-circus knows the running test or hook by. A real storage would make each promise of the process dearer on
 * Node 20 while a test runs, and all that outlives a test would keep it. Enough for tests that run one after another:
 * none is concurrent.
 */
class SerialStorage {
  getStore() {
    return this.store;
  }

  run(store, work) {
    const before = this.store;
    const restore = () => (this.store = before);
    this.store = store;
    const result = work();
    if (!(result instanceof Promise)) restore();
    return result instanceof Promise ? result.finally(restore) : result;
  }
}
const CIRCUS = path.dirname(require.resolve('jest-circus/package.json'));
const hooksOfCircus = { ...asyncHooks, AsyncLocalStorage: SerialStorage };

/** Of this worker: what each source exports, and the source maps that later files need for their stacks. */
const exportsOfSources = new Map();
const sourceMaps = new Map();
/** Of this worker: jest's own modules and test/support are run for each file, and compiled once. */
const compiled = new Map();

function compileOnce(source, filename, parameters) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.run;
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const run = vm.compileFunction(source, parameters, { filename, importModuleDynamically });
  compiled.set(filename, { source, run });
  return run;
}

module.exports = class SharedPackagesRuntime extends Runtime {
  constructor(...parameters) {
    super(...parameters);
    this.transformCache.sourceMaps = sourceMaps;
    const { executor } = this;
    executor.compile = (source, filename) =>
      compileOnce(source, filename, executor.injectedModuleParameters);
  }

  requireModule(from, moduleName, options, isRequireActual) {
    if (moduleName === 'node:async_hooks' && from.startsWith(CIRCUS)) return hooksOfCircus;
    if (options?.isInternalModule || moduleName === undefined || isBuiltin(moduleName))
      return super.requireModule(from, moduleName, options, isRequireActual);
    if (isPackage(moduleName)) return createRequire(from)(moduleName);
    const file = this._resolution.resolveCjs(from, moduleName);
    return isSource(file)
      ? this.requireSource(file, from, moduleName)
      : super.requireModule(from, moduleName, options, isRequireActual);
  }

  requireSource(file, from, moduleName) {
    if (!exportsOfSources.has(file))
      exportsOfSources.set(file, super.requireModule(from, moduleName));
    return exportsOfSources.get(file);
  }
};
