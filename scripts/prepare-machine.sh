#!/bin/sh
# Brings a Debian 12 machine to what Berth's demo and tests need: Docker engine, Compose >= 2.24, tmux, git,
# rsync, OpenSSH. Safe to run again: it says what it does and leaves alone what is already there.
set -eu

say() { printf 'prepare: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { [ "$(id -u)" = 0 ] || fail "needs root to $*; run it as root, or install what is missing yourself"; }

wanted=''
want() { dpkg -s "$1" >/dev/null 2>&1 || wanted="$wanted $1"; }
for package in docker.io tmux git rsync openssh-client openssh-server busybox-static iproute2 iptables curl ca-certificates procps; do
  want "$package"
done

compose_is_new_enough() {
  version=$(docker compose version --short 2>/dev/null | sed 's/^v//') || return 1
  [ -n "$version" ] || return 1
  [ "$(printf '2.24\n%s\n' "$version" | sort -V | head -n 1)" = 2.24 ]
}

updated=''
apt_update() { [ -n "$updated" ] || { apt-get update -q >/dev/null; updated=1; }; }

if [ -n "$wanted" ]; then
  as_root "install$wanted"
  say "installing$wanted"
  apt_update
  # policy-rc.d keeps the packages from starting services of their own accord on a machine without init
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $wanted >/dev/null
fi

if ! compose_is_new_enough; then
  as_root 'install Compose'
  say 'installing docker-compose 2 from trixie (pinned at priority 100, so nothing else comes from there)'
  if [ ! -e /etc/apt/sources.list.d/trixie.sources ]; then
    sed -n '1,/^$/p' /etc/apt/sources.list.d/debian.sources | sed 's/^Suites:.*/Suites: trixie/' >/etc/apt/sources.list.d/trixie.sources
  fi
  if [ ! -e /etc/apt/preferences.d/trixie ]; then
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >/etc/apt/preferences.d/trixie
  fi
  updated=''
  apt_update
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends docker-compose/trixie >/dev/null
  compose_is_new_enough || fail 'docker compose >= 2.24 is still missing'
fi

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
if ! engine_answers; then
  as_root 'start the Docker engine'
  if [ -d /run/systemd/system ]; then
    say 'starting docker.service'
    systemctl start docker
  else
    say 'starting dockerd (no init here; log: /var/log/dockerd.log)'
    setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &
  fi
  waited=0
  until engine_answers; do
    waited=$((waited + 1))
    [ "$waited" -le 150 ] || fail 'dockerd did not answer within 30 s: see /var/log/dockerd.log'
    sleep 0.2
  done
fi
say "ready: Docker $(docker version --format '{{.Server.Version}}'), Compose $(docker compose version --short)"
