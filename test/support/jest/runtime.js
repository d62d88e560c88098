// Packages are loaded once a worker, by Node itself; only our own sources are loaded anew for each test file, as jest
// does. Loading NestJS, TypeORM and Stripe for each file took three seconds of it. Needs environment.js, since
// packages and tests then share one realm.
const { createRequire, isBuiltin } = require('node:module');
const vm = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Those of this repository are sources. */
const OWN = /^([./]|@tenantry\/)/;
const isPackage = (name) => name !== undefined && !OWN.test(name) && !isBuiltin(name);

module.exports = class SharedPackagesRuntime extends Runtime {
  constructor(...parameters) {
    super(...parameters);
    const { executor } = this;
    executor.compile = (source, filename) =>
      vm.compileFunction(source, executor.injectedModuleParameters, {
        filename,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
  }

  requireModule(from, moduleName, options, isRequireActual) {
    return isPackage(moduleName) && !options?.isInternalModule
      ? createRequire(from)(moduleName)
      : super.requireModule(from, moduleName, options, isRequireActual);
  }
};
