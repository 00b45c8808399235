#!/bin/sh
# First start: makes the database POSTGRES_DB (default: the user's name) owned by POSTGRES_USER (default: postgres) with
# POSTGRES_PASSWORD, and runs /docker-entrypoint-initdb.d/*.sql in it. Every start: becomes the server.
set -eu

PGUSER=${POSTGRES_USER:-postgres}
PGDATABASE=${POSTGRES_DB:-$PGUSER}

# Everything is made aside and moved into place with PG_VERSION last, so that a start that was killed begins anew.
make_database() {
  [ -n "${POSTGRES_PASSWORD:-}" ] || { echo 'entrypoint: POSTGRES_PASSWORD must be set for the first start' >&2; exit 1; }
  rm -rf "$PGDATA"/* "$PGDATA"/.new
  new=$PGDATA/.new
  (umask 077 && printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password)
  initdb --pgdata="$new" --username="$PGUSER" --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$new/pg_hba.conf"
  # on a socket of its own, so that nobody takes this server for the real one
  mkdir -p /tmp/first-start
  pg_ctl start --wait --silent --pgdata="$new" --log=/tmp/first-start/log \
    --options="-c listen_addresses='' -c unix_socket_directories=/tmp/first-start"
  export PGHOST=/tmp/first-start PGUSER
  [ "$PGDATABASE" = postgres ] || createdb "$PGDATABASE"
  for script in /docker-entrypoint-initdb.d/*.sql; do
    [ ! -e "$script" ] || psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$PGDATABASE" --file="$script"
  done
  pg_ctl stop --wait --silent --mode=fast --pgdata="$new"
  for entry in "$new"/*; do
    [ "${entry##*/}" = PG_VERSION ] || mv "$entry" "$PGDATA/"
  done
  mv "$new/PG_VERSION" "$PGDATA/"
  rmdir "$new"
  rm -r /tmp/first-start
}

if [ "${1:-}" = postgres ] && [ ! -e "$PGDATA/PG_VERSION" ]; then
  make_database
fi
[ "${1:-}" != postgres ] || set -- "$@" -c listen_addresses='*'
exec "$@"
