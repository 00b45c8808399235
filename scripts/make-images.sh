#!/bin/sh
# Makes the images that the demo, the tests and examples/shop start from, where no registry can be reached:
# berth/{busybox,node,nginx,postgres,mariadb,redis,nats,caddy}:local, from Debian's packages and the Node that Berth carries.
# Safe and quick to run again: an image of the same recipe is left alone. The images are kept as archives in
# $XDG_CACHE_HOME/berth-dev, so that a second engine only has to load them.
#
#   make-images.sh                       all of them
#   make-images.sh busybox redis         only these
#   make-images.sh traefik               of the program that tests/tools/build.sh has built
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/berth-dev

main() {
  [ $# -gt 0 ] || set -- busybox node nginx postgres mariadb redis nats caddy
  mkdir -p "$cache/debs"
  work=$(mktemp -d "$cache/work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  for image in "$@"; do
    case $image in
      busybox | node | nginx | postgres | mariadb | redis | nats | caddy | traefik) make "$image" ;;
      *) fail "no such image: $image" ;;
    esac
  done
}

say() { printf 'images: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# make IMAGE: brings berth/IMAGE:local into the engine, unless one of the same recipe is there
make() {
  recipe=$(recipe_of "$1")
  reference=berth/$1:local
  present=$(docker image inspect --format '{{.Id}} {{index .Config.Labels "dev.berth.recipe"}}' "$reference" 2>/dev/null) || present=''
  [ "${present#* }" != "$recipe" ] || return 0
  archive=$cache/$1-$recipe.tar
  if [ ! -e "$archive" ]; then
    say "making $reference"
    rm -rf "$work/rootfs" && mkdir "$work/rootfs"
    "files_of_$1" "$work/rootfs"
    rm -f "$cache/$1"-*.tar
    pack "$1" "$archive"
  fi
  say "loading $reference ($(du -h "$archive" | cut -f 1))"
  docker load --quiet --input "$archive" >/dev/null
  # an older image of ours goes, unless a container still uses it
  [ -z "$present" ] || docker image rm "${present%% *}" >/dev/null 2>&1 || :
}

# The recipe changes with this script, the files it puts in, and the Node that is packed.
recipe_of() {
  {
    cat "$0"
    find "$here/images/$1" -type f 2>/dev/null | sort | xargs -r cat
    [ "$1" != node ] || "$(carried_node)" --version
  } | cksum | cut -d ' ' -f 1
}

# config_of IMAGE: what the image says of itself, as members of a JSON object
config_of() {
  case $1 in
    busybox) printf '"Cmd":["sh"]' ;;
    node) printf '"Cmd":["node"]' ;;
    nginx) printf '"Cmd":["nginx","-g","daemon off;"],"ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGQUIT"' ;;
    redis)
      printf '"Cmd":["redis-server","--protected-mode","no","--dir","/data"],"ExposedPorts":{"6379/tcp":{}},'
      printf '"Volumes":{"/data":{}},"WorkingDir":"/data"'
      ;;
    mariadb) printf '"Entrypoint":["entrypoint.sh"],"Cmd":["mariadbd"],"ExposedPorts":{"3306/tcp":{}}' ;;
    nats) printf '"Entrypoint":["nats-server"],"ExposedPorts":{"4222/tcp":{}}' ;;
    traefik) printf '"Entrypoint":["traefik"],"ExposedPorts":{"80/tcp":{}}' ;;
    caddy) printf '"Cmd":["caddy","run"],"ExposedPorts":{"80/tcp":{}},"Volumes":{"/data":{}}' ;;
    postgres)
      printf '"Entrypoint":["entrypoint.sh"],"Cmd":["postgres"],"User":"postgres","ExposedPorts":{"5432/tcp":{}},'
      printf '"Volumes":{"/var/lib/postgresql/data":{}},"StopSignal":"SIGINT"'
      ;;
  esac
}

# environment_of IMAGE: a JSON list
environment_of() {
  path=PATH=/usr/local/bin:/usr/bin:/usr/sbin
  case $1 in
    postgres) printf '["%s:/usr/lib/postgresql/15/bin","PGDATA=/var/lib/postgresql/data"]' "$path" ;;
    *) printf '["%s"]' "$path" ;;
  esac
}

files_of_busybox() {
  skeleton "$1"
  mkdir -p "$1/www"
}

files_of_node() {
  skeleton "$1" node:1000
  install -D -m 755 "$(carried_node)" "$1/usr/local/bin/node"
  ldd "$(carried_node)" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
    mkdir -p "$1/$(dirname "$library")"
    cp -L "$library" "$1$library"
  done
}

files_of_nginx() {
  skeleton "$1" www-data:33
  unpack "$1" nginx nginx-common
  rm -rf "$1/etc/nginx" "$1/var/www"
  mkdir -p "$1/etc/nginx/conf.d" "$1/usr/share/nginx/html" "$1/var/log/nginx" "$1/var/lib/nginx"
  # the only file wanted of all the configuration the package brings
  deb=$(download nginx-common)
  dpkg-deb --fsys-tarfile "$cache/debs/$deb" | tar -x -C "$1" ./etc/nginx/mime.types
  cp "$here/images/nginx/nginx.conf" "$1/etc/nginx/nginx.conf"
}

files_of_postgres() {
  skeleton "$1" postgres:999
  unpack "$1" postgresql-15 postgresql-client-15 tzdata libc-bin
  # the JIT needs 100 MB of LLVM; without it PostgreSQL interprets
  rm -rf "$1"/usr/lib/postgresql/15/lib/bitcode "$1"/usr/lib/postgresql/15/lib/llvmjit*
  install -D -m 755 "$here/images/postgres/entrypoint.sh" "$1/usr/local/bin/entrypoint.sh"
  mkdir -p "$1/run/postgresql" "$1/docker-entrypoint-initdb.d"
  mkdir -p -m 700 "$1/var/lib/postgresql/data"
}

files_of_mariadb() {
  skeleton "$1" mysql:999
  unpack "$1" mariadb-server-core mariadb-client-core
  for program in innochecksum mariadb-check mariadb-upgrade my_print_defaults resolveip; do rm -f "$1/usr/bin/$program"; done
  # the only program wanted of the many that the package brings, with Perl
  deb=$(download mariadb-client)
  dpkg-deb --fsys-tarfile "$cache/debs/$deb" | tar -x -C "$1" ./usr/bin/mariadb-dump
  install -D -m 755 "$here/images/mariadb/entrypoint.sh" "$1/usr/local/bin/entrypoint.sh"
  mkdir -p "$1/run/mysqld" "$1/var/lib/mysql"
}

files_of_redis() {
  skeleton "$1"
  unpack "$1" redis-server redis-tools
  mkdir -p "$1/data"
}

files_of_nats() {
  skeleton "$1"
  unpack "$1" nats-server
}

files_of_caddy() {
  skeleton "$1"
  unpack "$1" caddy
  mkdir -p "$1/data" "$1/config"
}

files_of_traefik() {
  skeleton "$1"
  install -D -m 755 "$("$root/tests/tools/build.sh" --cached traefik)" "$1/usr/bin/traefik"
}

# skeleton ROOTFS [USER:ID]: directories, users and busybox, laid out as Debian does
skeleton() {
  for directory in bin sbin lib lib64; do
    mkdir -p "$1/usr/$directory"
    ln -s "usr/$directory" "$1/$directory"
  done
  mkdir -p "$1/etc" "$1/root" "$1/proc" "$1/sys" "$1/dev" "$1/run" "$1/var/lib" "$1/var/log" "$1/home"
  mkdir -p -m 1777 "$1/tmp" "$1/var/tmp"
  ln -s ../run "$1/var/run"
  user=${2:-user:1000}
  printf '%s:x:%s:%s::%s:/bin/sh\n' root 0 0 /root "${user%:*}" "${user#*:}" "${user#*:}" / nobody 65534 65534 / >"$1/etc/passwd"
  printf '%s:x:%s:\n' root 0 "${user%:*}" "${user#*:}" nogroup 65534 >"$1/etc/group"
  printf 'hosts: files dns\n' >"$1/etc/nsswitch.conf"
  deb=$(download busybox-static)
  dpkg-deb --fsys-tarfile "$cache/debs/$deb" | tar -x --strip-components=2 -C "$1/usr/bin" ./bin/busybox
  for applet in $("$1/usr/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$1/usr/bin/$applet"
  done
}

# unpack ROOTFS PACKAGE…: the packages and every library they need, without what only people read
unpack() {
  rootfs=$1
  shift
  apt-cache show "$1" >/dev/null 2>&1 || update_package_lists
  libraries=$(libraries_of "$@")
  debs=$(download "$@" $libraries)
  for deb in $debs; do
    dpkg-deb --fsys-tarfile "$cache/debs/$deb" | tar -x --keep-directory-symlink -C "$rootfs"
  done
  for directory in doc man locale lintian info bug doc-base; do rm -rf "$rootfs/usr/share/$directory"; done
}

# libraries_of PACKAGE…: the lib* packages they depend on, those those depend on, and so on
libraries_of() {
  apt-cache depends --recurse --important "$@" | awk -v start="$*" '
    /^[^ ]/ { package = $1 }
    $1 == "Depends:" && $2 ~ /^(lib|zlib)/ && $2 !~ /^libllvm/ { needs[package] = needs[package] " " $2 }
    END {
      count = split(start, queue)
      for (i = 1; i <= count; i++) seen[queue[i]] = 1
      for (i = 1; i <= count; i++) {
        more = split(needs[queue[i]], found)
        for (j = 1; j <= more; j++) if (!seen[found[j]]++) { queue[++count] = found[j]; print found[j] }
      }
    }'
}

# download PACKAGE…: brings those of the version apt would install into the cache; prints their file names
download() {
  files=$(cd "$work" && apt-get download --print-uris "$@" | cut -d ' ' -f 2)
  missing=''
  for file in $files; do
    [ -e "$cache/debs/$file" ] || missing="$missing ${file%%_*}"
  done
  [ -z "$missing" ] || fetch $missing || { update_package_lists && download "$@" && return; }
  printf '%s\n' "$files"
}

# fetch PACKAGE…: fails where the package lists name versions that the mirror has already replaced
fetch() {
  say "downloading $*"
  rm -rf "$work/debs" && mkdir "$work/debs"
  (cd "$work/debs" && apt-get download -q "$@") >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2 && return 1; }
  mv "$work/debs"/* "$cache/debs/"
}

# once: the second time something else is wrong
update_package_lists() {
  [ ! -e "$work/updated" ] || fail 'the packages cannot be downloaded'
  touch "$work/updated"
  say 'apt-get update'
  apt-get update -q >"$work/apt.log" 2>&1 || fail "$(cat "$work/apt.log")"
}

# pack IMAGE ARCHIVE: the root file system and its configuration, in the form that docker load reads
pack() {
  out=$work/archive
  rm -rf "$out" && mkdir "$out"
  tar -c --owner=0 --group=0 --numeric-owner --exclude=./var/lib/postgresql --exclude=./run/postgresql -f "$out/layer.tar" -C "$work/rootfs" .
  if [ "$1" = postgres ]; then
    tar -r --owner=999 --group=999 --numeric-owner -f "$out/layer.tar" -C "$work/rootfs" ./var/lib/postgresql ./run/postgresql
  fi
  digest=$(sha256sum "$out/layer.tar" | cut -d ' ' -f 1)
  printf '{"created":"%s","architecture":"%s","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created_by":"make-images.sh"}],"config":{"Env":%s,"Labels":{"dev.berth.recipe":"%s"},%s}}' \
    "$(date -u +%FT%TZ)" "$(dpkg --print-architecture)" "$digest" "$(environment_of "$1")" "$recipe" "$(config_of "$1")" >"$out/config.json"
  printf '[{"Config":"config.json","RepoTags":["berth/%s:local"],"Layers":["layer.tar"]}]' "$1" >"$out/manifest.json"
  tar -c -f "$work/archive.tar" -C "$out" manifest.json config.json layer.tar
  mv "$work/archive.tar" "$2"
}

carried_node() {
  for node in "$root"/node_modules/node-linux-*/bin/node; do
    if [ -x "$node" ]; then
      printf '%s' "$node"
      return
    fi
  done
  fail 'node_modules is missing: npm ci first'
}

main "$@"
