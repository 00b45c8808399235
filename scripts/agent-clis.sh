#!/bin/sh
# Installs the coding agents that tests run, pinned, below the user's cache directory, and prints for each the
# directory its program is in. Nothing of the user's own agents or their settings is read or changed.
#   scripts/agent-clis.sh [claude] [codex] [opencode] [gemini]      all four: about 1.2 GB
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/berth-dev/agents
say() { printf 'agent-clis: %s\n' "$*" >&2; }

# name → npm package at its version, and the script that a package runs after its installation
describe() {
  after=''
  case $1 in
    claude) package=@anthropic-ai/claude-code version=2.1.329 after=install.cjs ;;
    codex) package=@openai/codex version=0.169.0 ;;
    opencode) package=opencode-ai version=1.18.33 after=postinstall.mjs ;;
    gemini) package=@google/gemini-cli version=0.61.0 ;;
    *) say "no agent is called $1"; exit 2 ;;
  esac
}

install_agent() {
  describe "$1"
  target=$cache/$1-$version
  if [ ! -d "$target" ]; then
    say "installing $package@$version into $target"
    fresh=$target.$$
    mkdir -p "$fresh/home"
    trap 'rm -rf "$fresh"' EXIT
    npm install --prefix "$fresh" --ignore-scripts --no-save --no-audit --no-fund --loglevel=error "$package@$version" >&2
    # a home of their own: some agents write there even to tell their version
    [ -z "$after" ] || (cd "$fresh/node_modules/$package" && HOME=$fresh/home node "$after" >&2)
    HOME=$fresh/home "$fresh/node_modules/.bin/$1" --version >/dev/null
    # whoever is first wins; the other one's copy is thrown away
    if [ -d "$target" ]; then rm -rf "$fresh"; else mv "$fresh" "$target"; fi
    trap - EXIT
  fi
  printf '%s\n' "$target/node_modules/.bin"
}

[ $# -gt 0 ] || set -- claude codex opencode gemini
for agent in "$@"; do install_agent "$agent"; done
