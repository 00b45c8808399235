/** Contexts: nothing of one is seen from another. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { ensureImages } from '../support/images.ts'
import { must } from '../support/must.ts'

let world: DeployWorld
let berth: TestBerth

beforeAll(() => ensureImages(['busybox', 'caddy']))
beforeEach(async () => {
  world = await openDeployWorld()
  berth = world.berth
})
afterEach(() => world.close())

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
const inProject = () => ({ cwd: world.project.directory })
const names = async (...args: string[]) => (await berth.ok([...args, '--quiet'])).trim().split('\n').filter(Boolean)
const eventTypes = async (...flags: string[]) => {
  const lines = (await berth.ok(['events', '--json', ...flags])).trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { type: string }).type)
}

test('apps, secrets and events of one context are not seen from another, and go with it', async () => {
  await berth.ok(['context', 'create', 'customer-acme'])
  await world.deploy()
  const urls = (await world.deploy('--context', 'customer-acme')).app.urls
  expect(urls).toEqual([`http://shop.customer-acme.localhost:${world.port}`])
  expect(await world.containers('web')).toHaveLength(2)

  const acme = ['--context', 'customer-acme']
  await berth.ok(['vault', 'init', ...acme], inProject()).catch(() => undefined)
  await berth.ok(['secret', 'set', 'API_TOKEN', '--app', 'shop', ...acme], { input: 'of-acme-alone' })
  expect(await berth.ok(['secret', 'ls', '--app', 'shop', ...acme])).toContain('API_TOKEN')
  expect(await berth.ok(['secret', 'ls', '--app', 'shop'])).not.toContain('API_TOKEN')
  expect(await eventTypes(...acme)).toContain('secret.set')
  expect(await eventTypes()).not.toContain('secret.set')
  expect((await eventTypes(...acme)).filter((type) => type === 'deploy.live')).toHaveLength(1)

  const busy = await berth.run(['context', 'rm', 'customer-acme', '--yes'])
  expect(busy).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('app shop') as string })
  await berth.ok(['app', 'rm', 'shop', '--yes', ...acme])
  expect(await names('app', 'ls')).toEqual(['shop'])
  expect(await world.containers('web')).toHaveLength(1)

  const asked = await berth.run(['context', 'rm', 'customer-acme'])
  expect(asked).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('with its secrets') as string })
  await berth.ok(['context', 'rm', 'customer-acme', '--yes'])
  expect(await names('context', 'ls')).toEqual(['default'])
  await berth.ok(['context', 'create', 'customer-acme'])
  expect(await eventTypes(...acme)).not.toContain('deploy.live')
  expect(await berth.ok(['secret', 'ls', '--app', 'shop', ...acme])).not.toContain('API_TOKEN')
})

test('a context is meant by flag, by variable, or from now on; one that nobody made is an error everywhere', async () => {
  const meant = async (variable: string, ...flags: string[]) => {
    const env = { ...berth.env, BERTH_CONTEXT: variable }
    return (JSON.parse(await must([program, 'context', 'show', '--json', ...flags], { env })) as { context: string })
      .context
  }
  await berth.ok(['context', 'create', 'one', '--use'])
  await berth.ok(['context', 'create', 'two'])
  expect(await meant('')).toBe('one')
  expect(await meant('two')).toBe('two')
  expect(await meant('two', '--context', 'default')).toBe('default')
  for (const words of [
    ['ls'],
    ['machines'],
    ['events'],
    ['connect', 'nowhere'],
    ['context', 'use'],
    ['context', 'rm'],
  ]) {
    const named = words[0] === 'context' ? [...words, 'tow'] : [...words, '--context', 'tow']
    const { exitCode, stderr } = await berth.run(named)
    expect({ words, exitCode, stderr }).toEqual({
      words,
      exitCode: 3,
      stderr: expect.stringContaining('two') as string,
    })
  }
  await berth.ok(['context', 'rm', 'one'])
  expect(await meant('')).toBe('default')
})

test('what is exported is made again by an import; what does not belong there is refused', async () => {
  const directory = world.project.directory
  const machines = [{ name: 'web-1', destination: 'deploy@web-1.example', tunnel: 'ssh' }]
  const importing = async (exported: object, ...flags: string[]) => {
    await writeFile(join(directory, 'export.json'), JSON.stringify(exported))
    return berth.run(['context', 'import', 'export.json', ...flags], inProject())
  }
  const whole = { format: 'berth-context/1', name: 'acme', machines }
  expect((await importing(whole)).stdout).toContain('berth connect deploy@web-1.example --name web-1 --context acme')
  expect((await importing(whole)).exitCode).toBe(4)
  const exported = await berth.ok(['context', 'export', 'acme'])
  expect(JSON.parse(exported)).toEqual({ ...whole, machines: [] })
  const refused = [
    { ...whole, name: 'b', secrets: { A: 'b' } },
    { ...whole, name: 'b', machines: [{ ...machines[0], destination: 'me:hunter2@web-1.example' }] },
    { ...whole, name: 'b', format: 'other' },
    { ...whole, name: '../b' },
  ]
  for (const one of refused) expect((await importing(one)).exitCode).not.toBe(0)
  expect(await names('context', 'ls')).toEqual(['default', 'acme'])
})

test('doctor finds secrets that stand in plain text, and what is of no context', async () => {
  const { directory } = world.project
  const git = (...args: string[]) => must(['git', ...args], { cwd: directory, env: berth.env })
  const value = 'tr0ub4dor-and-3-horses'
  await git('init', '-q')
  await berth.ok(['vault', 'init'], inProject())
  await berth.ok(['secret', 'set', 'API_TOKEN'], { ...inProject(), input: value })
  await writeFile(join(directory, 'notes.txt'), `the token is ${value}!\n`)
  const findings = async () =>
    JSON.parse((await berth.run(['doctor', '--json'])).stdout) as {
      data: { findings: { kind: string; subject: string; problem: string }[] }
    }
  const kinds = ['leaked-secret', 'unknown-context']
  const found = async () => (await findings()).data.findings.filter(({ kind }) => kinds.includes(kind))
  expect(await found()).toEqual([])
  await git('add', 'notes.txt')
  await appendFile(join(berth.home, 'berthd.log'), `${value}\n`)
  await mkdir(join(berth.home, 'contexts', 'forgotten', 'secrets'), { recursive: true })
  const all = await found()
  expect(all.map(({ kind, subject }) => ({ kind, subject }))).toEqual([
    { kind: 'unknown-context', subject: 'forgotten' },
    { kind: 'leaked-secret', subject: join(berth.home, 'berthd.log') },
    { kind: 'leaked-secret', subject: join(directory, 'notes.txt') },
  ])
  expect(JSON.stringify(all)).not.toContain(value)
})
