#!/bin/bash
# bare-machine.sh DIR [COMMAND...] - does it work where there is nothing? A minimal Debian (debootstrap) with nothing but this machine's
# Node 20 and npm added, a clone of this repository in /root/berth, and in it COMMAND (`npm run demo` unless said), as root.
#
# It has processes, mounts, cgroups and a network of its own: this machine's dockerd is not seen, nothing here is changed, and what
# COMMAND started ends with it. The network is slirp4netns's: out, not in. DIR keeps the disk (3 GB after the demo) for another
# command; remove it for a new machine. Needs root, cgroup v1, and the Debian packages debootstrap and slirp4netns.
#
#   tests/tools/bare-machine.sh /var/tmp/bare
#   tests/tools/bare-machine.sh /var/tmp/bare npm test -- unit
set -eu
SELF=$(readlink -f "$0")
TAG=berth-bare-$$

main() {
  mkdir -p "$1"; DIR=$(readlink -f "$1"); shift
  [ $# -gt 0 ] || set -- npm run demo
  for program in debootstrap slirp4netns; do
    command -v $program >/dev/null || { echo "bare-machine: apt-get install $program" >&2; exit 1; }
  done
  [ -e "$DIR/root/root/berth" ] || make_disk
  rm -f "$DIR/pid" "$DIR/go"; mkfifo "$DIR/go"
  trap end EXIT
  make_cgroups
  (
    for group in $(groups_of_cgroups); do echo $BASHPID >"$group/$TAG/cgroup.procs"; done
    exec unshare --pid --net --mount --uts --ipc --cgroup --fork --kill-child bash "$SELF" --inside "$DIR" "$@"
  ) &
  machine=$!
  until [ -s "$DIR/pid" ]; do kill -0 $machine; sleep 0.05; done
  mkfifo "$DIR/network"
  slirp4netns --configure --mtu=1500 --disable-host-loopback --ready-fd=3 "$(cat "$DIR/pid")" tap0 3>"$DIR/network" >"$DIR/slirp.log" 2>&1 &
  network=$!
  read -rn 1 _ <"$DIR/network"
  echo >"$DIR/go"
  wait $machine
}

make_disk() {
  source=$(git -C "$(dirname "$SELF")" rev-parse --show-toplevel)
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  debootstrap --variant=minbase bookworm "$DIR/root" "${mirror:-http://deb.debian.org/debian}"
  install /usr/bin/node "$DIR/root/usr/bin/node"
  mkdir -p "$DIR/root/usr/lib/node_modules"
  cp -a /usr/lib/node_modules/npm "$DIR/root/usr/lib/node_modules/"
  for program in npm npx; do ln -s ../lib/node_modules/npm/bin/$program-cli.js "$DIR/root/usr/bin/$program"; done
  # where a network has a certificate authority of its own, node and npm are told of it, as they are here
  [ ! -e "${NODE_EXTRA_CA_CERTS:-}" ] || cp -L "$NODE_EXTRA_CA_CERTS" "$DIR/root/usr/local/share/ca.crt"
  git clone --quiet "$source" "$DIR/root/root/berth"
}

groups_of_cgroups() { awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/mounts; }

make_cgroups() {
  for group in $(groups_of_cgroups); do
    mkdir -p "$group/$TAG"
    for file in cpuset.cpus cpuset.mems; do [ ! -e "$group/$TAG/$file" ] || cat "$group/$file" >"$group/$TAG/$file"; done
  done
}

end() {
  kill "${network:-}" 2>/dev/null || true
  for _ in $(seq 200); do
    pids=$(find "/sys/fs/cgroup/pids/$TAG" -name cgroup.procs -exec cat {} + 2>/dev/null) || true
    [ -n "$pids" ] || break
    kill -KILL $pids 2>/dev/null || true; sleep 0.05
  done
  for group in $(groups_of_cgroups); do find "$group/$TAG" -depth -type d -exec rmdir {} + 2>/dev/null || true; done
  rm -f "$DIR/pid" "$DIR/go" "$DIR/network"
}

# as PID 1 of the new machine, with this one's files still around it
inside() {
  DIR=$1; shift
  root=$DIR/root mounts=$(cat /proc/mounts)
  mount --make-rprivate /
  mount --bind "$root" "$root"
  hostname bare; ip link set lo up
  read -r outer _ </proc/self/stat; echo "$outer" >"$DIR/pid"
  mount -t proc proc "$root/proc"; mount -t sysfs sysfs "$root/sys"
  make_devices
  mount -t tmpfs -o mode=755 run "$root/run"; mkdir -p "$root/run/lock"
  mount -t tmpfs -o mode=755 cgroup "$root/sys/fs/cgroup"
  while read -r _ path kind options _; do
    case $kind in
      cgroup) options=${options##*relatime,}; case $options in name=*) options=none,$options ;; esac ;;
      cgroup2) options= ;;
      *) continue ;;
    esac
    mkdir -p "$root$path"; mount -t "$kind" ${options:+-o "$options"} "$kind" "$root$path"
  done <<<"$mounts"
  echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
  read -r _ <"$DIR/go"
  cd "$root"; mkdir -p .old; pivot_root . .old
  authority=''
  [ ! -e usr/local/share/ca.crt ] || authority='NODE_EXTRA_CA_CERTS=/usr/local/share/ca.crt npm_config_cafile=/usr/local/share/ca.crt'
  exec chroot . /bin/sh -c 'umount -l /.old; rmdir /.old; cd /root/berth; authority=$1; shift
    exec env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $authority "$@"' \
    sh "$authority" "$@"
}

make_devices() {
  mount -t tmpfs -o mode=755 dev "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/net" "$root/dev/mqueue"
  while read -r name major minor; do mknod -m 666 "$root/dev/$name" c "$major" "$minor"; done <<-E
	null 1 3
	zero 1 5
	full 1 7
	random 1 8
	urandom 1 9
	tty 5 0
	fuse 10 229
	loop-control 10 237
	net/tun 10 200
	E
  for number in $(seq 0 31); do mknod "$root/dev/loop$number" b 7 "$number"; done
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 shm "$root/dev/shm"; mount -t mqueue mqueue "$root/dev/mqueue"
  ln -s pts/ptmx "$root/dev/ptmx"; ln -s /proc/self/fd "$root/dev/fd"
  ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"
}

if [ "${1:-}" = --inside ]; then shift; inside "$@"; else main "$@"; fi
