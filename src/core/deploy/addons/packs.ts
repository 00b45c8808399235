/** A server that many apps need, as data: a service of the compose file, what it is given, and how its data is dumped. */
export interface Pack {
  title: string
  /** Image unless the project names another. */
  image: string
  port: number
  /** Where the data lies in the container. */
  data: string
  command?: string[]
  /** A file of its own; what is secret in it comes from the environment. */
  config?: { target: string; text: string }
  environment: Record<string, string>
  healthcheck: string[]
  /** Generated once, kept in the app's vault: variable → how it is made of the add-on's name and the password. */
  secrets: (name: string, password: string) => Record<string, string>
  /** Programs of its image that do it; or, where there are none, an archive of `data` while the server is stopped. */
  dumps: Pipes | 'while-stopped'
}

/** Run in its container: one writes all of its data to stdout, the other takes it from stdin. */
export interface Pipes {
  dump: string[]
  restore: string[]
  /** It takes what was restored when it starts anew. */
  restarts?: true
}

/** `db-1` → `DB_1`: the first part of the names of its variables. */
export const prefixOf = (name: string) => name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')

const shell = (script: string) => ['sh', '-c', script]

/** A password that is in no URL anything else than itself. */
const url = (scheme: string, user: string, password: string, rest: string) => `${scheme}://${user}:${password}@${rest}`

const packs = {
  postgres: {
    title: 'PostgreSQL',
    image: 'postgres:17',
    port: 5432,
    data: '/var/lib/postgresql/data',
    environment: { POSTGRES_USER: 'app', POSTGRES_DB: 'app', POSTGRES_PASSWORD: '{PASSWORD}' },
    healthcheck: ['CMD-SHELL', 'pg_isready -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'],
    secrets: (name, password) => ({
      [`${prefixOf(name)}_PASSWORD`]: password,
      [`${prefixOf(name)}_URL`]: url('postgres', 'app', password, `${name}:5432/app`),
    }),
    dumps: {
      dump: shell('exec pg_dump -U "$POSTGRES_USER" -d "$POSTGRES_DB" --format=custom'),
      restore: shell(
        'exec pg_restore -U "$POSTGRES_USER" -d "$POSTGRES_DB" --clean --if-exists --no-owner --single-transaction',
      ),
    },
  },
  mysql: {
    title: 'MariaDB',
    image: 'mariadb:11',
    port: 3306,
    data: '/var/lib/mysql',
    environment: {
      MARIADB_USER: 'app',
      MARIADB_DATABASE: 'app',
      MARIADB_PASSWORD: '{PASSWORD}',
      MARIADB_ROOT_PASSWORD: '{PASSWORD}',
    },
    // over TCP: at its first start the image runs a server that is on the socket alone, and then stops it
    healthcheck: ['CMD-SHELL', 'MYSQL_PWD="$MARIADB_PASSWORD" mariadb -h 127.0.0.1 -u app -e "select 1" app'],
    secrets: (name, password) => ({
      [`${prefixOf(name)}_PASSWORD`]: password,
      [`${prefixOf(name)}_URL`]: url('mysql', 'app', password, `${name}:3306/app`),
    }),
    dumps: {
      // the database as a whole, so that a table made since is gone after a restore
      dump: shell(
        'export MYSQL_PWD="$MARIADB_ROOT_PASSWORD"; exec mariadb-dump -u root --single-transaction --routines --events ' +
          '--max-allowed-packet=1G --add-drop-database --databases app',
      ),
      // a row takes up to twice its size as text, which may be more than the server takes; and what fails is told without its data
      restore: shell(
        'export MYSQL_PWD="$MARIADB_ROOT_PASSWORD"; ' +
          'mariadb -u root -e "create database if not exists app; set global max_allowed_packet = 1073741824" && ' +
          'exec mariadb -u root --max-allowed-packet=1G --loose-skip-print-query-on-error app',
      ),
    },
  },
  redis: {
    title: 'Redis or Valkey',
    image: 'redis:8',
    port: 6379,
    data: '/data',
    // the password comes by stdin: arguments can be read by everybody on the machine
    command: shell(
      'exec redis-server - --dir /data --save 60 1 --protected-mode no <<E\nrequirepass $REDISCLI_AUTH\nE',
    ),
    environment: { REDISCLI_AUTH: '{PASSWORD}' },
    healthcheck: ['CMD-SHELL', 'redis-cli ping | grep -q PONG'],
    secrets: (name, password) => ({
      [`${prefixOf(name)}_PASSWORD`]: password,
      [`${prefixOf(name)}_URL`]: `redis://:${password}@${name}:6379/0`,
    }),
    dumps: {
      dump: shell('redis-cli --rdb /tmp/berth.rdb >/dev/null && cat /tmp/berth.rdb && rm /tmp/berth.rdb'),
      // the server reads its file when it starts, and would write what it has now when it is stopped
      restore: shell(
        'cat >/data/berth.rdb && redis-cli config set save "" >/dev/null && mv /data/berth.rdb /data/dump.rdb',
      ),
      restarts: true,
    },
  },
  nats: {
    title: 'NATS with JetStream',
    image: 'nats:2-alpine',
    port: 4222,
    data: '/data',
    command: ['--config', '/etc/berth-nats.conf'],
    config: {
      target: '/etc/berth-nats.conf',
      text: 'authorization { user: app, password: $NATS_PASSWORD }\njetstream { store_dir: /data }\nhttp: 8222\n',
    },
    environment: { NATS_PASSWORD: '{PASSWORD}' },
    healthcheck: ['CMD-SHELL', 'wget -q -O /dev/null http://127.0.0.1:8222/healthz'],
    secrets: (name, password) => ({
      [`${prefixOf(name)}_PASSWORD`]: password,
      [`${prefixOf(name)}_URL`]: url('nats', 'app', password, `${name}:4222`),
    }),
    dumps: 'while-stopped',
  },
  minio: {
    title: 'MinIO, storage as S3',
    image: 'minio/minio:latest',
    port: 9000,
    data: '/data',
    command: ['server', '/data'],
    environment: { MINIO_ROOT_USER: 'app', MINIO_ROOT_PASSWORD: '{PASSWORD}' },
    healthcheck: ['CMD-SHELL', 'curl -fs http://127.0.0.1:9000/minio/health/live'],
    secrets: (name, password) => ({
      [`${prefixOf(name)}_PASSWORD`]: password,
      [`${prefixOf(name)}_URL`]: `http://${name}:9000`,
    }),
    dumps: 'while-stopped',
  },
} as const satisfies Record<string, Pack>

export type PackName = keyof typeof packs

/** What can be added to an app. `backup` is the dumps of all the others by the clock. */
export const packNames = [...Object.keys(packs), 'backup'] as (PackName | 'backup')[]

/** A pack by its name. */
export const packOf = (name: PackName): Pack => packs[name]
