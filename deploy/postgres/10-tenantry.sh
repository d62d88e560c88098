#!/bin/bash
# Runs once, when the PostgreSQL image starts with an empty data directory. Makes the role that the server
# connects as: no superuser and without BYPASSRLS, so that row-level security binds it, and the owner of its database.
# The superuser loses its password: from now on it can log in only inside the container,
# docker compose exec postgres psql --username postgres tenantry
set -euo pipefail

psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet \
  --set ON_ERROR_STOP=1 --set superuser="$POSTGRES_USER" <<'SQL'
\getenv password TENANTRY_PASSWORD
CREATE ROLE tenantry LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'password';
CREATE DATABASE tenantry OWNER tenantry;
REVOKE ALL ON DATABASE tenantry FROM PUBLIC;
ALTER ROLE :"superuser" PASSWORD NULL;
SQL
