/** Servers that come with an app: their passwords, and their data dumped and restored for real. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { type CanaryWatch, watchForCanary } from '../support/no-canary.ts'

const compose = `
services:
  web:
    image: ${images.mariadb} # with a client, as an app has one
    command: httpd -f -p 80 -h /site
    init: true
    volumes: ["./site:/site"]
    expose: [80]
    environment:
      DATABASE_URL: "\${DB_URL}"
      CACHE_URL: "\${CACHE_URL}"
      BOOKS_URL: "\${BOOKS_URL}"
      MYSQL_HOST: books
      MYSQL_PWD: "\${BOOKS_PASSWORD}"
`
const settings = `
[deploy]
app = "store"
drain = 0
bake = 0
ingress = "web"
[deploy.addons.cache]
pack = "redis"
image = "${images.redis}"
`

const berthProgram = join(import.meta.dirname, '..', '..', 'bin', 'berth')

let world: DeployWorld
let watches: CanaryWatch[] = []

beforeAll(async () => {
  await ensureImages(['busybox', 'caddy', 'postgres', 'mariadb', 'redis'])
  world = await openDeployWorld()
  await world.project.write('compose.yaml', compose)
  await world.project.write('berth.toml', settings)
})
afterAll(() => world.close())

const run = (...args: string[]) => world.berth.run(args, { cwd: world.project.directory })
const inService = async (service: string, ...argv: string[]) => {
  const [container = ''] = await world.containers(service)
  return must(['docker', 'exec', container, ...argv])
}
const sql = (statement: string) => inService('db', 'psql', '-U', 'app', '-tAc', statement)
/** As the app: over the network, with what it was given. */
const mariadb = (statement: string) => inService('web', 'mariadb', '-u', 'app', '-Ne', statement, 'app')
const redis = (...words: string[]) => inService('cache', 'redis-cli', ...words)

test('what every pack adds is something Compose takes, and its password no argument of it', async () => {
  for (const pack of ['postgres', 'mysql', 'redis', 'nats', 'minio'])
    await world.berth.ok(['app', 'addon', 'add', 'packs', pack])
  const fragment = `${world.berth.home}/contexts/default/apps/packs/addons.compose.json`
  await run('deploy', 'packs', '--dry-run')
  const variables = Object.fromEntries(
    ['POSTGRES', 'MYSQL', 'REDIS', 'NATS', 'MINIO'].map((name) => [`${name}_PASSWORD`, 'canary-password']),
  )
  const env = { ...process.env, ...variables }
  const config = await must(['docker', 'compose', '-f', fragment, 'config', '--format', 'json'], { env })
  const { services } = JSON.parse(config) as {
    services: Record<string, { command: string[] | null; environment: object }>
  }
  // of berth.toml; its password is not among ours
  delete services['cache']
  expect(Object.keys(services)).toEqual(['minio', 'mysql', 'nats', 'postgres', 'redis'])
  for (const service of Object.values(services)) {
    expect(JSON.stringify(service.command)).not.toContain('canary')
    expect(JSON.stringify(service.environment)).toContain('canary')
  }
})

test('an add-on comes with the next deploy, with a password of its own that is nowhere to be read', async () => {
  const added = await run('app', 'addon', 'add', 'store', 'postgres', '--name', 'db', '--image', images.postgres)
  expect(added.stdout).toContain('${DB_URL}')
  expect(await run('app', 'addon', 'add', 'store', 'postgres', '--name', 'db')).toMatchObject({ exitCode: 4 })
  await world.berth.ok(['app', 'addon', 'add', 'store', 'mysql', '--name', 'books', '--image', images.mariadb])
  await run('app', 'addon', 'add', 'store', 'backup', '--schedule', '0 0 3 1 1 *', '--keep', '2')
  const password = await world.berth.ok(['secret', 'get', 'DB_PASSWORD', '--app', 'store'])
  const directories = [world.berth.home, world.project.directory]
  watches = [watchForCanary(password.trim(), { directories })]
  await world.deploy()
  expect(await inService('web', 'sh', '-c', 'echo "$DATABASE_URL"')).toBe(
    `postgres://app:${password.trim()}@db:5432/app`,
  )
  const other = await world.berth.ok(['secret', 'get', 'CACHE_PASSWORD', '--app', 'store'])
  expect(await inService('web', 'sh', '-c', 'echo "$CACHE_URL"')).toBe(`redis://:${other.trim()}@cache:6379/0`)
  expect(
    await inService('web', 'sh', '-c', '[ "$BOOKS_URL" = "mysql://app:$MYSQL_PWD@books:3306/app" ] && echo yes'),
  ).toBe('yes')
  expect(await mariadb('select current_user()')).toBe('app@%')
  expect(await world.deploy()).toMatchObject({ unchanged: true })
})

test('data is dumped by hand and by the clock, and comes back as it was', async () => {
  await sql("create table tea (name text); insert into tea values ('green'), ('black')")
  await redis('set', 'tea', 'oolong')
  await mariadb("create table tea (name longtext); insert into tea values ('grün'), (repeat(char(0), 12000000))")
  await mariadb('create event weed on schedule every 1 day do select 1')
  expect((await run('app', 'backup', 'store')).stdout).toMatch(/books: .*\ncache: .*\ndb: /)
  await sql('drop table tea; create table coffee (name text)')
  await redis('set', 'tea', 'spilled')
  await mariadb('drop event weed; drop table tea; create table coffee (name text)')
  expect(await run('app', 'restore', 'store', 'db')).toMatchObject({ exitCode: 4 })
  for (const addon of ['db', 'cache', 'books']) await world.berth.ok(['app', 'restore', 'store', addon, '--yes'])
  expect(await sql('select name from tea order by name')).toBe('black\ngreen')
  expect(await redis('get', 'tea')).toBe('oolong')
  const tea = await mariadb(
    'show tables; select name from tea where length(name) < 9; select max(length(name)) from tea',
  )
  expect(tea).toBe('tea\ngrün\n12000000')
  expect(await mariadb('select event_name from information_schema.events')).toBe('weed')
  for (let dumps = 0; dumps < 2; dumps++) await world.berth.ok(['jobs', 'run', 'store', 'backup'])
  const { backups } = await world.berth.data<{ backups: { addon: string }[] }>(['app', 'backups', 'store'])
  expect(backups.map(({ addon }) => addon).toSorted()).toEqual(['books', 'books', 'cache', 'cache', 'db', 'db'])
  expect(await must(['sh', '-c', 'find "$1"/apps/*/backups -type f ! -perm 600', 'sh', world.berth.home])).toBe('')
  expect(await run('app', 'restore', 'store', 'db', '--from', 'nosuch', '--yes')).toMatchObject({ exitCode: 3 })
})

test('a dump comes here whole and readable by its owner alone, and goes back from here', async () => {
  await sql("insert into coffee values ('mocha')")
  const file = join(world.project.directory, 'coffee.dump')
  const fetched = await world.berth.data<{ file: string; bytes: number; sha256: string }>(
    ['app', 'fetch', 'store', 'db', '--new', '--to', 'coffee.dump'],
    { cwd: world.project.directory },
  )
  expect(fetched.file).toBe(file)
  expect(await must(['sh', '-c', 'sha256sum <"$1"; stat -c "%a %s" "$1"', 'sh', file])).toBe(
    `${fetched.sha256}  -\n600 ${fetched.bytes}`,
  )
  expect(await run('app', 'fetch', 'store', 'db', '--to', 'coffee.dump')).toMatchObject({ exitCode: 2 })
  const piped = await must(['sh', '-c', '"$0" app fetch store db --to - | sha256sum', berthProgram], {
    env: world.berth.env,
  })
  expect(piped).toBe(`${fetched.sha256}  -`)
  await sql('drop table coffee')
  await world.project.write('bad.dump', 'this is no dump')
  for (const [addon = '', said] of [
    ['db', 'pg_restore'],
    ['books', 'books: ERROR 1064'],
  ])
    expect(await run('app', 'restore', 'store', addon, '--file', 'bad.dump', '--yes')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(said ?? ''),
    })
  expect(await run('app', 'restore', 'store', 'db', '--file', 'nosuch', '--yes')).toMatchObject({ exitCode: 2 })
  expect(await run('app', 'restore', 'store', 'db', '--file', 'coffee.dump', '--yes')).toMatchObject({ exitCode: 0 })
  expect(await sql('select name from coffee')).toBe('mocha')
  await inService('cache', 'sh', '-c', 'head -c 3000000 /dev/urandom | redis-cli -x set large')
  const restore = '"$0" app fetch store cache --new --to - | "$0" app restore store cache --file - --yes'
  await must(['sh', '-c', restore, berthProgram], { env: world.berth.env })
  expect(await redis('strlen', 'large')).toBe('3000000')
  expect(await must(['sh', '-c', 'find "$1"/apps -name "*.sent"', 'sh', world.berth.home])).toBe('')
})

test('an add-on never takes the place of something the compose file has', async () => {
  await world.project.write('compose.yaml', `${compose}  db:\n    image: ${images.busybox}\n`)
  const refused = await run('deploy')
  expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('has a service db itself') })
  await world.project.write('compose.yaml', compose)
  await world.berth.ok(['app', 'addon', 'rm', 'store', 'db'])
  expect(await run('app', 'addon', 'rm', 'store', 'db')).toMatchObject({ exitCode: 3 })
})

test('the passwords were in no file, no log and no argument list', async () => {
  for (const watch of watches) expect(await watch.found()).toEqual([])
})
