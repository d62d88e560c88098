// `npm run build`: src/main.ts and the packages that it imports become dist/server.js, one file that starts in half the
// time, since Node looks for and reads thousands less (docs/decisions/0041-one-file.md). The commands stay as they are.
const path = require('node:path');

const root = path.join(__dirname, '..');
const modules = path.join(root, 'node_modules', path.sep);
const output = path.join(root, 'dist', 'server.js');

/** Looked for when they are used: a binary, and what an installation may have or not. */
const external = [
  /^bcrypt$/,
  /^typescript$/,
  /^@tenantry\/embedded-postgres$/,
  /^@opentelemetry\/(?!api)/,
  /^@nestjs\/(microservices|websockets|platform-express)/,
  /^@fastify\/(multipart|view)$/,
];
/** TypeORM loads the drivers of all databases at once; `DriverFactory` makes that of PostgreSQL. */
const otherDrivers = /typeorm\/driver\/(?!postgres)[\w-]+\/\w+Driver\.js$/;

/** A module finds the files beside it, as it would without the bundle. */
function withOwnDirectory(code, id) {
  const isPackage = id.startsWith(modules);
  const directory = path.relative(isPackage ? path.dirname(output) : root, path.dirname(id));
  const place = JSON.stringify(`/${directory.split(path.sep).join('/')}`);
  return code.replaceAll(/\b__dirname\b/g, `(__dirname + ${place})`);
}

const asUnbundled = {
  name: 'as unbundled',
  load: { filter: { id: otherDrivers }, handler: () => 'module.exports = {};' },
  transform: {
    filter: { id: /\.[cm]?[jt]s$/ },
    handler: (code, id) => ({
      code: withOwnDirectory(code, id),
      // Stacks name the lines of this project; a map of all packages would cost the start a fifth of a second.
      map: id.startsWith(modules) ? { mappings: '' } : null,
    }),
  },
};

async function bundle() {
  const { build } = await import('rolldown');
  await build({
    cwd: root,
    input: path.join(root, 'src', 'main.ts'),
    platform: 'node',
    tsconfig: path.join(root, 'tsconfig.build.json'),
    external,
    plugins: [asUnbundled],
    output: {
      file: output,
      format: 'cjs',
      codeSplitting: false,
      keepNames: true,
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      sourcemap: true,
      sourcemapExcludeSources: true,
    },
  });
}

bundle().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
