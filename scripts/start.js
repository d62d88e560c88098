// `npm start`: builds where the sources have changed, then serves from this very process, so that signals reach the server.
require('./build-if-changed').buildIfChanged();
require('../dist/src/main.js');
