#!/bin/sh
# Brings a Debian machine to what Berth's demo and tests need: a Docker engine that answers, Compose >= 2.24, tmux, git,
# rsync, OpenSSH. Safe to run again: it says what it does and leaves alone what is already there, whoever put it there.
#
#   prepare-machine.sh            says what is ready at the end
#   prepare-machine.sh --quiet    says only what it changes
#   prepare-machine.sh --tests    also what only the tests need: Podman, age, file systems that share blocks (btrfs, xfs), the lab of several hosts
set -eu
PATH=$PATH:/usr/sbin:/sbin

main() {
  quiet='' tests=''
  for argument in "$@"; do
    case $argument in
      --quiet) quiet=1 ;;
      --tests) tests=1 ;;
      *) fail "no such option: $argument" ;;
    esac
  done
  install_missing_programs
  compose_is_new_enough || install_compose
  engine_answers || start_engine
  [ -n "$quiet" ] ||
    say "ready: Docker $(docker version --format '{{.Server.Version}}'), Compose $(docker compose version --short)"
}

say() { printf 'prepare: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { [ "$(id -u)" = 0 ] || fail "needs root to $*; run it as root, or do that yourself"; }

install_missing_programs() {
  wanted=''
  need tmux tmux
  need git git
  need rsync rsync
  need ssh openssh-client
  need sshd openssh-server
  need busybox busybox-static
  need ip iproute2
  need iptables iptables
  need curl curl
  need ps procps
  [ -e /etc/ssl/certs/ca-certificates.crt ] || wanted="$wanted ca-certificates"
  # the Node that Berth carries is linked to it
  ldconfig -p | grep -q 'libatomic\.so\.1' || wanted="$wanted libatomic1"
  # a docker command without an engine is common; an engine from elsewhere (docker-ce, a remote one) is as good
  have docker && { have dockerd || engine_answers; } || wanted="$wanted docker.io"
  [ -z "$tests" ] || need_for_tests
  [ -z "$wanted" ] || install $wanted
  [ -z "$tests" ] || have wireguard-go || install_wireguard_go
}

need_for_tests() {
  need mkfs.ext4 e2fsprogs
  need mkfs.btrfs btrfs-progs
  need mkfs.xfs xfsprogs
  need podman podman
  need crun crun
  need catatonit catatonit
  need age age
  # a CA of our own
  need pebble pebble
  # several hosts on this one: tests/lab/lab.sh
  need nft nftables
  need python3 python3
  need socat socat
  need wg wireguard-tools
  [ -e /usr/lib/$(uname -m)-linux-gnu/faketime/libfaketime.so.1 ] || wanted="$wanted libfaketime"
  [ -e /usr/lib/podman/netavark ] || wanted="$wanted netavark"
  [ -e /usr/lib/podman/aardvark-dns ] || wanted="$wanted aardvark-dns"
}

# need PROGRAM PACKAGE
need() { have "$1" || wanted="$wanted $2"; }

install() {
  as_root "install $*"
  say "installing $*"
  apt update
  forbid_service_starts
  apt install --no-install-recommends "$@"
  allow_service_starts
}

# Packages start their services of their own accord, sshd among them; nobody asked for that here.
forbid_service_starts() {
  [ ! -e /usr/sbin/policy-rc.d ] || return 0
  trap allow_service_starts EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\n# berth prepare-machine\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
}

allow_service_starts() {
  ! grep -qs '^# berth prepare-machine' /usr/sbin/policy-rc.d || rm /usr/sbin/policy-rc.d
}

# apt VERB …: apt-get, silent unless it fails; waits for another apt to end
apt() {
  log=$(mktemp)
  if ! DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm "$log"
    fail "apt-get $1 failed"
  fi
  rm "$log"
}

compose_version() { docker compose version --short 2>/dev/null | sed 's/^v//'; }

compose_is_new_enough() {
  version=$(compose_version)
  [ -n "$version" ] && dpkg --compare-versions "$version" ge 2.24
}

install_compose() {
  [ -z "$(compose_version)" ] || fail "Compose $(compose_version) is installed, and 2.24 is needed: please upgrade it"
  as_root 'install Compose'
  apt update
  candidate=$(apt-cache policy docker-compose | sed -n 's/^ *Candidate: //p')
  if [ -n "$candidate" ] && dpkg --compare-versions "$candidate" ge 2.24; then
    install docker-compose
  else
    add_trixie
    install docker-compose/trixie
  fi
  compose_is_new_enough || fail 'docker compose >= 2.24 is still missing'
}

# WireGuard of a kernel that has none: bookworm has no package of it.
install_wireguard_go() {
  as_root 'install wireguard-go'
  apt update
  if apt-cache policy wireguard-go | grep -q 'Candidate: [0-9]'; then
    install wireguard-go
  else
    add_trixie
    install wireguard-go/trixie
  fi
}

# Bookworm's own docker-compose is version 1. Pinned at priority 100, so that nothing else comes from trixie unasked.
add_trixie() {
  say 'adding Debian trixie as a package source, pinned at priority 100, for what bookworm lacks'
  if [ ! -e /etc/apt/preferences.d/trixie ]; then
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >/etc/apt/preferences.d/trixie
  fi
  [ ! -e /etc/apt/sources.list.d/trixie.sources ] || return 0
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "${mirror:-http://deb.debian.org/debian}" >/etc/apt/sources.list.d/trixie.sources
}

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

start_engine() {
  [ -z "${DOCKER_HOST:-}" ] || fail "the engine at DOCKER_HOST ($DOCKER_HOST) does not answer"
  as_root 'start the Docker engine'
  if [ -d /run/systemd/system ]; then
    say 'starting docker.service'
    systemctl start docker
  else
    say 'starting dockerd (there is no init here; its log: /var/log/dockerd.log)'
    setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &
  fi
  waited=0
  until engine_answers; do
    waited=$((waited + 1))
    [ "$waited" -le 150 ] || fail "the engine did not answer within 30 s: $(tail -n 3 /var/log/dockerd.log 2>/dev/null)"
    sleep 0.2
  done
}

main "$@"
