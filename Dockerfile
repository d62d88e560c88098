# The server without a compiler, without tests and without the embedded PostgreSQL: it needs DATABASE_URL.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages ./packages
RUN npm ci
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY migrations ./migrations
COPY src ./src
COPY console ./console
COPY scripts/build-if-changed.js scripts/bundle.js ./scripts/
RUN npm run build

# Without workspaces nothing of packages/ is installed: they serve development and tests.
# bcrypt's binaries for glibc and musl come inside its package, so no install script has to run.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --workspaces=false

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY package.json LICENSE ./
COPY scripts/cli.js ./scripts/cli.js
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist/migrations ./dist/migrations
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/console ./dist/console
COPY --from=build /app/dist/server.js /app/dist/server.js.map ./dist/

# What V8 compiles at each start, compiled once. Node reads it for the user who made it alone. Without a configuration
# the server ends with code 2, and has loaded all of its code by then.
ENV NODE_COMPILE_CACHE=/app/compiled
RUN install --directory --owner=node compiled \
  && { setpriv --reuid=node --regid=node --clear-groups node dist/server.js || test $? -eq 2; } \
  && chown -R root:node compiled && chmod -R u=rwX,g=rX,o= compiled

# Root owns the files and the server writes none of them.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# The server drains for up to 30 seconds at SIGTERM: give it more than Docker's 10 (`docker stop --timeout 35`).
CMD ["node", "--enable-source-maps", "dist/server.js"]
