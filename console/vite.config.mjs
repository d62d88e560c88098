import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const folder = import.meta.dirname;
const output = join(folder, '..', 'dist', 'console');
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** The server sends these as they are: compressing takes its time once, here. */
function compressFiles() {
  return {
    name: 'compress-files',
    apply: 'build',
    closeBundle() {
      const assets = join(output, 'assets');
      for (const name of readdirSync(assets).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const bytes = readFileSync(join(assets, name));
        writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes));
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes, QUALITY));
      }
    },
  };
}

/** `npm run console:dev`: pages from here, everything else from a running server. */
const server = process.env.API_URL ?? 'http://127.0.0.1:3000';
const proxied = [
  ...['/v1', '/health', '/docs', '/openapi.json', '/problems'],
  ...['/console/config.json', '/console/logo'],
];

export default defineConfig({
  root: folder,
  base: '/console/',
  plugins: [react(), compressFiles()],
  /** The client of this checkout, unbuilt. */
  resolve: { conditions: ['@tenantry/source', ...defaultClientConditions] },
  html: { cspNonce: '__CSP_NONCE__' },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, server])) },
  build: {
    outDir: output,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
