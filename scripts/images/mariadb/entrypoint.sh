#!/bin/sh
# First start: makes the database MARIADB_DATABASE, the user MARIADB_USER with MARIADB_PASSWORD, who may do everything in it, and
# root with MARIADB_ROOT_PASSWORD. Every start: becomes the server.
set -eu

data=/var/lib/mysql
share=/usr/share/mysql

# Passwords of letters and digits alone; they reach the server by its stdin. `flush privileges` has it heed tables that were just made.
statements() {
  printf '%s;\n' 'create database mysql' 'use mysql' 'set @auth_root_socket = null'
  cat "$share/mysql_system_tables.sql" "$share/mysql_performance_tables.sql" "$share/mysql_system_tables_data.sql"
  cat <<SQL
delete from global_priv where Host <> 'localhost';
flush privileges;
alter user root@localhost identified by '$MARIADB_ROOT_PASSWORD';
create user root@'%' identified by '$MARIADB_ROOT_PASSWORD';
grant all on *.* to root@'%' with grant option;
create database \`$MARIADB_DATABASE\`;
create user '$MARIADB_USER'@'%' identified by '$MARIADB_PASSWORD';
grant all on \`$MARIADB_DATABASE\`.* to '$MARIADB_USER'@'%';
SQL
}

# `made` is written last, so that a start that was killed begins anew.
if [ "${1:-}" = mariadbd ] && [ ! -e "$data/made" ]; then
  rm -rf "${data:?}"/*
  chown mysql "$data" /run/mysqld
  statements | mariadbd --bootstrap --user=mysql --innodb-log-file-size=4M --innodb-flush-method=nosync
  touch "$data/made"
fi
[ "${1:-}" != mariadbd ] || set -- "$@" --user=mysql --innodb-log-file-size=4M --character-set-server=utf8mb4 --skip-name-resolve
exec "$@"
