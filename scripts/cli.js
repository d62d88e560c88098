// `npm run cli -- <command>`: like `npm start`, for commands. A production image has no compiler and nothing to build.
const fs = require('node:fs');
const path = require('node:path');

const compiler = path.join(__dirname, '..', 'node_modules', 'typescript-native');
if (process.env.NODE_ENV !== 'production' && fs.existsSync(compiler))
  require('./build-if-changed').buildIfChanged();
require('../dist/src/cli.js');
