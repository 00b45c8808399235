#!/bin/sh
# Builds a program that only tests need from its Go module, pinned in a go.mod, and prints where it is. Go is not needed for
# anything else; without it this ends with 3, and the tests that want the program say that they cannot run. The result is
# kept in $XDG_CACHE_HOME/berth-dev/tools, since a build takes minutes.
#
#   build.sh traefik
#   build.sh headscale            the control server of a tailnet
#   build.sh tailscaled           called tailscale it is the program of that name
#   build.sh --cached traefik     never builds: ends with 3 where it is not there yet
set -eu
cd "$(dirname "$0")"
cached=''
[ "${1:-}" != --cached ] || { cached=1; shift; }

tags=''
case ${1:-} in
  traefik) package=github.com/traefik/traefik/v3/cmd/traefik module=github.com/traefik/traefik/v3 ;;
  # their dependencies and traefik's do not go together
  headscale) cd tailnet; package=github.com/juanfont/headscale/cmd/headscale module=github.com/juanfont/headscale ;;
  tailscaled) cd tailnet; package=tailscale.com/cmd/tailscaled module=tailscale.com tags=ts_include_cli ;;
  *) echo "tools: no such program: ${1:-}" >&2; exit 2 ;;
esac
version=$(sed -n "s|^\t*\(require \)\{0,1\}$module \(v[^ ]*\).*|\2|p" go.mod | head -n 1)
file=${XDG_CACHE_HOME:-$HOME/.cache}/berth-dev/tools/$1-$version
if [ ! -x "$file" ]; then
  [ -z "$cached" ] || { echo "tools: $1 is not built: tests/tools/build.sh $1" >&2; exit 3; }
  command -v go >/dev/null 2>&1 || { echo "tools: $1 needs Go to be built" >&2; exit 3; }
  echo "tools: building $1 $version, which takes minutes" >&2
  mkdir -p "$(dirname "$file")"
  CGO_ENABLED=0 go build -tags "$tags" -o "$file.new" -ldflags='-s -w' "$package"
  mv "$file.new" "$file"
fi
printf '%s\n' "$file"
