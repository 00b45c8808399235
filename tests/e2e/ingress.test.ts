/** What stands in front of the apps: nothing of it is open that should not be, and what is under way at a switch is finished. */
import { spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'

const { status } = spawnSync('tests/tools/build.sh', ['--cached', 'traefik'])
const proxies = status === 0 ? (['caddy', 'traefik'] as const) : (['caddy'] as const)
let world: DeployWorld

beforeAll(() => ensureImages(['busybox', 'node', ...proxies]))
afterEach(() => world.close())

/** Answers with its version, `/slow` after three seconds; what is upgraded is echoed with its version in front. */
const server = (version: string) => `
const server = require('node:http').createServer((request, response) =>
  setTimeout(() => response.end('${version}'), request.url === '/slow' ? 3000 : 0))
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n')
  socket.on('data', (data) => socket.write('${version} ' + data)).on('error', () => {})
})
server.listen(8000)
`
const compose = `services:
  web:
    image: ${images.node}
    init: true
    command: [node, /app/server.js]
    volumes: ["./app:/app:ro"]
    expose: ["8000"]
`

const ask = (path: string, host = 'shop.localhost') => {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const outgoing = request({ host: '127.0.0.1', port: world.port, path, headers: { host }, agent: false }, (answer) => {
    let body = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
  })
  outgoing.on('error', reject).end()
  return promise
}

/** A connection that was upgraded: says something, and hears what comes back. */
async function openSocket() {
  const socket = connect({ host: '127.0.0.1', port: world.port })
  const heard: string[] = []
  socket.setEncoding('utf8').on('data', (chunk: string) => void heard.push(chunk))
  socket.on('error', () => undefined)
  const next = () =>
    eventually(() => {
      expect(heard).not.toEqual([])
      return heard.shift()
    })
  socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  expect(await next()).toContain('101 Switching Protocols')
  return {
    async say(text: string) {
      socket.write(text)
      return next()
    },
    close: () => socket.destroy(),
  }
}

test.each(proxies)(
  '%s: what is under way at a switch is finished; nothing of it can be steered from outside',
  async (proxy) => {
    world = await openDeployWorld({ proxy })
    await world.project.write('compose.yaml', compose)
    await world.project.write('app/server.js', server('v1'))
    await world.project.write('berth.toml', '# mine\n')
    const inProject = { cwd: world.project.directory }
    const refused = await world.berth.run(['app', 'init', 'shop'], inProject)
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('--yes') })
    await world.berth.ok(['app', 'init', 'shop', '--yes'], inProject)
    const written = await must(['cat', `${world.project.directory}/berth.toml`])
    expect(written).toContain('# mine\n\n[deploy]\napp = "shop"\ningress = "web"  # takes the requests, on port 8000\n')
    expect(await world.berth.ok(['app', 'init', '--yes'], inProject)).toContain('it is as it was')
    const probed = written.replace('path = "/"', `command = ["node", "-e", "fetch('http://127.0.0.1:8000')"]`)
    await world.project.write('berth.toml', probed)
    await world.deploy()
    const socket = await openSocket()
    const slow = ask('/slow')
    await world.project.write('app/server.js', server('v2'))
    const deploying = world.deploy()
    expect(await slow).toEqual({ status: 200, body: 'v1' })
    await deploying
    expect(await ask('/')).toEqual({ status: 200, body: 'v2' })
    // Caddy ends upgraded connections with every change of its routes; clients open new ones
    if (proxy === 'traefik') expect(await socket.say('tea')).toBe('v1 tea')
    socket.close()
    const late = ask('/slow')
    expect(await late).toEqual({ status: 200, body: 'v2' })

    expect(await ask('/.berth/health', '203.0.113.7')).toMatchObject({ status: 200 })
    expect((await ask('/.berth/health')).body).toBe('v2')
    for (const path of [
      '/',
      '/api/rawdata',
      '/dashboard/',
      '/debug/pprof/',
      '/ping',
      '/config/',
      '/.well-known/acme-challenge/x',
    ])
      expect(await ask(path, 'elsewhere.example'), path).toMatchObject({ status: 404 })
    const project = await must(['cat', `${world.berth.home}/id`])
    const container = await must([
      'docker',
      'ps',
      '-q',
      '--filter',
      `label=com.docker.compose.project=berth-ingress-${project}`,
    ])
    const open = await must(['docker', 'exec', container, 'sh', '-c', 'cat /proc/net/tcp /proc/net/tcp6'])
    const ports = [...open.matchAll(/^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A/gm)].filter(
      ([, address]) => address !== '0100007F' && address !== '0B00007F',
    )
    expect([...new Set(ports.map(([, , port]) => Number.parseInt(port ?? '', 16)))]).toEqual([80])
  },
)
