/** `git push` to a machine behind another one, at a port of its own: what is pushed is deployed before git takes it. */
import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExecResult } from '../../src/lib/exec.ts'
import { dyingCommand } from '../support/deploy-world.ts'
import { images } from '../support/images.ts'
import { type LabDeploy, labSettings, newestWeb, openLabDeploy } from '../support/lab-deploy.ts'

let world: LabDeploy

const compose = `
services:
  web:
    image: ${images.busybox}
    command: httpd -f -p 80 -h /site
    init: true
    volumes: ["./site:/site"]
    ports: ["18080:80"]
    environment: { DB_PASSWORD: "\${DB_PASSWORD:?is missing}" }
`

beforeAll(async () => {
  world = await openLabDeploy(1)
  const { lab, project, berth } = world
  await lab.loadImages('h1', [images.busybox])
  await lab.on('h1', ['/usr/sbin/sshd', '-p', '2222'])
  const prod = 'Host prod\n  HostName 127.0.0.1\n  ProxyJump h1\n  HostKeyAlias h1\n'
  const own = `  User root\n  IdentityFile ${lab.directory}/key\n  IdentitiesOnly yes\n`
  const known = `  UserKnownHostsFile ${lab.directory}/known_hosts\n  StrictHostKeyChecking accept-new\n`
  await writeFile(join(lab.directory, 'laptop', 'ssh', 'prod.conf'), `${prod}${own}${known}`)
  await berth.ok(['connect', 'prod:2222'])
  await project.write('compose.yaml', compose)
  await project.write('.gitignore', '.env\n')
  await project.git('rm', '-q', '--cached', '.env')
})
afterAll(() => world?.close())

const git = (...words: string[]): Promise<ExecResult> =>
  world.lab.laptop(['git', '-C', world.project.directory, ...words], { env: world.berth.env })
const commit = async (text: string) => {
  await world.project.git('add', '-A')
  await world.project.git('commit', '-q', '-m', text)
}
const pushed = async (...words: string[]) => {
  const { exitCode, stderr } = await git('push', ...words)
  expect(stderr).not.toContain('error:')
  expect(exitCode).toBe(0)
  return stderr
}
const refused = async (...words: string[]) => {
  const { exitCode, stderr } = await git('push', ...words)
  expect(exitCode).toBe(1)
  return stderr
}
const onProd = (...words: string[]) => world.berth.ok([...words, '--on', 'prod'], { cwd: world.project.directory })

test('a push deploys through a jump host and a port, starting berthd there; its secret was put there before', async () => {
  expect(await onProd('app', 'remote', 'add', 'shop')).toContain(
    'ssh://prod:2222/root/.berth/remotes/default/shop/shop.git',
  )
  await commit('v1')
  const missing = await refused('berth', 'main')
  expect(missing).toMatch(/remote: error: .*required variable DB_PASSWORD is missing/)
  expect(missing).toContain('berth secret set DB_PASSWORD --app shop --on prod')
  await world.berth.ok(['secret', 'set', 'DB_PASSWORD', '--app', 'shop', '--on', 'prod'], { input: 'canary-value-x' })
  await world.lab.on('h1', ['/root/.berth/bin/berth', 'daemon', 'stop'])
  const said = await pushed('berth', 'main')
  expect(said).toMatch(/remote: deploying [0-9a-f]{7} of main as shop/)
  expect(said).toMatch(/remote: ✓ send requests to it/)
  expect(said).toContain('remote: shop is ok, release 1')
  expect(await world.ask('h1')).toBe('v1')
  const { deployments } = await world.berth.data<{ deployments: { startedBy: string }[] }>([
    'app',
    'status',
    'shop',
    '--on',
    'prod',
  ])
  expect(deployments[0]?.startedBy).toBe(`root@${hostname()}`)
})

test('a single command there has the pipe and the terminal of here, and the secrets of there', async () => {
  const command = ['run', '--app', 'shop', '--on', 'prod', '--', 'sh', '-c', 'cat; echo ${#DB_PASSWORD}; exit 4']
  expect(await world.berth.run(command, { input: 'one\n' })).toMatchObject({ exitCode: 4, stdout: 'one\n14\n' })
  const berth = join(import.meta.dirname, '..', '..', 'bin', 'berth')
  const line = `${berth} run --app shop --on prod -- sh -c 'tty && exit 6'`
  const onTerminal = await world.lab.laptop(['script', '-qec', line, '/dev/null'], { env: world.berth.env })
  expect(onTerminal).toMatchObject({ exitCode: 6, stdout: expect.stringContaining('/dev/pts/') })
})

test('under load no request fails: not for a good push, not for a bad one, not for one that dies while it is watched', async () => {
  const clients = world.load()
  await world.project.write('site/index.html', 'v2')
  await commit('v2')
  await pushed('berth', 'main')
  const { stdout: live } = await git('rev-parse', 'berth/main')
  await world.project.write('compose.yaml', compose.replace('httpd -f -p 80 -h /site', 'sh -c "echo no luck; exit 3"'))
  await commit('bad')
  const bad = await refused('berth', 'main')
  expect(bad).toContain('remote: error: web exited with code 3')
  expect(bad).toContain('│ no luck')
  await world.project.write('site/index.html', 'v3')
  await world.project.write('compose.yaml', compose.replace('httpd -f -p 80 -h /site', dyingCommand))
  await world.project.write('berth.toml', labSettings.replace('bake = 1', 'bake = 120'))
  await commit('dying')
  const [said] = await Promise.all([refused('-o', 'wait', 'berth', 'main'), world.endOnceServing('h1', 'v3')])
  expect(said).toContain('died soon after it took over')
  expect(await world.ask('h1')).toBe('v2')
  const met = (await clients.stop()).h1
  expect(met?.failures).toEqual([])
  expect(met?.bodies).toEqual(['v1', 'v2', 'v3'])
  expect((await git('ls-remote', 'berth', 'main')).stdout).toContain(live.trim())
  await world.project.write('site/index.html', 'v2')
  await world.project.write('compose.yaml', compose)
  await world.project.write('berth.toml', labSettings)
})

test('a vault this machine cannot read, and one whose readers changed, are refused until somebody says so', async () => {
  const at = { cwd: world.project.directory }
  await world.berth.ok(['vault', 'init'], at)
  await world.berth.ok(['secret', 'set', 'API_TOKEN'], { ...at, input: 'canary-value-y' })
  await world.project.write('compose.yaml', compose.replace(' }', ', API_TOKEN: "${API_TOKEN}" }'))
  await commit('a vault')
  const locked = await refused('berth', 'main')
  expect(locked).toMatch(/remote: error: API_TOKEN in .*berth.vault cannot be read/)
  expect(locked).toContain('berth vault recipients --add prod=$(berth secret key --on prod)')
  const key = (await world.berth.ok(['secret', 'key', '--on', 'prod'])).trim()
  await world.berth.ok(['vault', 'recipients', '--add', `prod=${key}`], at)
  await commit('for prod')
  const untrusted = await refused('berth', 'main')
  expect(untrusted).toContain('others can read /root/.berth/remotes/default/shop/shop/berth.vault')
  const trust = /berth (vault trust --file \S+ --on prod)/.exec(untrusted)?.[1] ?? ''
  await world.berth.ok(trust.split(' '))
  await pushed('berth', 'main')
  const inside = ['sh', '-c', `docker inspect --format "{{.Config.Env}}" ${newestWeb}`]
  expect(await world.lab.on('h1', inside)).toContain('API_TOKEN=canary-value-y')
})

test('the repository goes with its app, and nothing of a secret stays', async () => {
  await onProd('app', 'rm', 'shop', '--yes')
  expect(await onProd('app', 'remote', 'ls')).toContain('nothing is deployed by git push')
  expect(await refused('berth', 'main').catch(() => 'gone')).toBe('gone')
  expect(await world.lab.on('h1', ['sh', '-c', 'grep -rlF canary-value- /root/.berth /tmp || true'])).toBe('')
})
