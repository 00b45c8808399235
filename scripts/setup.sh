#!/bin/sh
# Brings a fresh clone to where the demo and the tests run: the machine, the dependencies, the build, the images.
# `setup.sh --tests` brings what only the tests need as well. Silent and quick (about 0.3 s) when there is nothing to do. Plain sh: before npm ci there is no Node but the system's.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# install_dependencies DIRECTORY: npm ci, unless what is installed is as new as the lockfile
install_dependencies() {
  installed=$1/node_modules/.package-lock.json
  if [ -e "$installed" ] && [ -z "$(find "$1/package-lock.json" -newer "$installed")" ]; then return; fi
  say "npm ci in $1"
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  touch "$installed"
}

scripts/prepare-machine.sh --quiet "$@"
install_dependencies .
install_dependencies examples/shop/api
[ -e examples/shop/.env ] || cp examples/shop/.env.example examples/shop/.env
if [ ! -e dist/package.json ] || [ -n "$(find src scripts/build.ts scripts/bundle package-lock.json -newer dist/package.json | head -n 1)" ]; then
  say 'building'
  npm run --silent build
fi
# a first demo waits for no server that only tests start
if [ "${1:-}" = --tests ]; then set --; else set -- busybox node nginx postgres redis caddy; fi
scripts/make-images.sh "$@"
