import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConfigFault } from '../../core/config/model.ts'
import { defaultConfig } from '../../core/config/resolve.ts'
import { AppError } from '../../core/errors.ts'
import { loadProjectConfig } from './load-project-config.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-config-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function write(name: string, text: string) {
  await mkdir(dirname(join(directory, name)), { recursive: true })
  await writeFile(join(directory, name), text)
}

async function failure(): Promise<AppError> {
  const result = await loadProjectConfig(directory).catch((error: unknown) => error)
  if (!(result instanceof AppError)) throw new Error(`expected an AppError, got ${JSON.stringify(result)}`)
  return result
}

const places = (error: AppError) =>
  (error.details.faults as ConfigFault[]).map(({ line, column, message }) => `${line}:${column} ${message}`)

describe('berth.toml', () => {
  test('a project without any file gets the defaults', async () => {
    expect(await loadProjectConfig(directory)).toEqual(defaultConfig())
    expect(defaultConfig().env.copy).toEqual({ exclude: [], include: [], ignored: 'all', method: 'auto' })
  })

  test('every key arrives', async () => {
    await write(
      'berth.toml',
      `
      [project]
      name = "shop"
      files = ["compose.yaml", "compose.dev.yaml"]
      profiles = ["dev"]
      ingress = "web"
      names = ["shop.example", "*.shop.example"]
      [env]
      init = ["npm", "ci"]
      shared = ["db"]
      copy = { exclude = ["*.log"], include = [".env*"], method = "reflink" }
      limits = { cpus = 1.5, memory = "512m" }
      [env.files]
      copy = [".env"]
      render = [".env", { from = "a.tpl", to = "a", replace = [{ from = "x", to = "\${BERTH_ENV}" }] }]
      [agents.claude]
      model = "opus"
      unattended = true
      [agents.mine]
      command = ["npx", "mine"]
      args = ["--ask", "{prompt}"]
      env = { PORT = 3000, FAST = true, NAME = "n" }
      [ci.stages.test]
      command = "npm test"
      `,
    )
    expect(await loadProjectConfig(directory)).toEqual({
      project: {
        name: 'shop',
        files: ['compose.yaml', 'compose.dev.yaml'],
        profiles: ['dev'],
        ingress: 'web',
        names: ['shop.example', '*.shop.example'],
      },
      env: {
        copy: { exclude: ['*.log'], include: ['.env*'], ignored: 'listed', method: 'reflink' },
        files: {
          copy: ['.env'],
          render: [
            { from: '.env', to: '.env', tokens: true, replace: [] },
            { from: 'a.tpl', to: 'a', tokens: true, replace: [{ from: 'x', to: '${BERTH_ENV}' }] },
          ],
        },
        init: ['npm', 'ci'],
        shared: ['db'],
        limits: { cpus: 1.5, memoryBytes: 512 * 1024 * 1024 },
      },
      agents: {
        claude: { command: null, args: [], model: 'opus', unattended: true, env: {} },
        mine: {
          command: ['npx', 'mine'],
          args: ['--ask', '{prompt}'],
          model: null,
          unattended: false,
          env: { PORT: '3000', FAST: 'true', NAME: 'n' },
        },
      },
      sync: { include: [], exclude: [] },
      tables: {
        image: null,
        ci: { stages: { test: { command: 'npm test' } } },
        deploy: null,
        alerts: null,
        policy: null,
      },
      sources: [join(directory, 'berth.toml')],
    })
  })

  test('a string is a shell line, a list is run as it is', async () => {
    await write('berth.toml', 'env.init = "npm ci && npm run seed"')
    expect((await loadProjectConfig(directory)).env.init).toEqual(['sh', '-c', 'npm ci && npm run seed'])
  })

  test('every fault is named at once, each with line and column and what was probably meant', async () => {
    await write(
      'berth.toml',
      `[project]
nmae = "shop"
files = "compose.yaml"

[env]
copy.ignored = "some"
limits = { cpus = "two", memory = "lots" }
files.render = [{ from = ".env", token = true }, 7]

[agents."my agent"]
command = 3

[agents.ok]
env = { "A B" = "c", D = [1] }

[projects]
`,
    )
    const error = await failure()
    expect(error.code).toBe('CONFIG_INVALID')
    expect(places(error)).toEqual([
      '2:1 unknown key project.nmae (did you mean name?)',
      '3:1 project.files: expected a list, found a string',
      '6:6 env.copy.ignored: expected "all", "listed", "none"',
      '7:12 env.limits.cpus: expected a number, found a string',
      '7:26 env.limits.memory: expected a size such as "512m" or "2g"',
      '8:34 unknown key env.files.render.0.token (did you mean tokens?)',
      '8:50 env.files.render.1: expected a path inside the project, or { from, to, tokens, replace }',
      '10:9 agents."my agent": expected a name of a-z, 0-9 and - (at most 40, not beginning or ending with -)',
      '14:9 agents.ok.env."A B": expected the name of an environment variable',
      '14:22 agents.ok.env.D: expected a string, a number or true/false',
      '16:2 unknown key projects (did you mean project?)',
    ])
    expect(error.message).toContain('berth.toml:2:1: unknown key project.nmae')
  })

  test.each([
    ['[project]\nname = shop', 2, 8],
    ['[project]\nname = "a"\nname = "b"', 3, 1],
    ['[project', 1, 2],
  ])('a syntax fault says where: %j', async (text, line, column) => {
    await write('berth.toml', text)
    const [fault] = (await failure()).details.faults as ConfigFault[]
    expect(fault).toMatchObject({ file: 'berth.toml', line, column })
  })

  test.each(['/etc/passwd', '../outside', 'a/../../b'])('a path out of the project is refused: %s', async (path) => {
    await write('berth.toml', `env.files.copy = [${JSON.stringify(path)}]`)
    expect(places(await failure())).toEqual([
      '1:19 env.files.copy.0: expected a path inside the project, without a leading / or ..',
    ])
  })
})

describe('.cilo/config.yml', () => {
  const cilo = `
project: Env Render
compose_files: [docker-compose.yml]
dns_suffix: .dev
ingress: nginx
hostnames: [a.dev]
env:
  copy_mode: allowlist
  copy: [.env.example]
  ignore: [.env.local, "*.bak", Makefile]
  init_hook: make env
  render:
    - file: .env
      tokens: true
      replace: [{ from: localhost, to: "\${CILO_ENV}.test" }]
`
  test('is read in Berth’s words, with .ciloignore', async () => {
    await write('.cilo/config.yml', cilo)
    await write('.ciloignore', '# comment\n\nbuild/\n')
    const config = await loadProjectConfig(directory)
    expect(config.project).toEqual({
      name: 'env-render',
      files: ['docker-compose.yml'],
      profiles: [],
      ingress: 'nginx',
      names: ['a.dev'],
    })
    expect(config.env.copy.exclude).toEqual(['.env*', '!.env.example', '.env.local', '.env*.bak', 'build/'])
    expect(config.env.init).toEqual(['bash', '-lc', 'make env'])
    expect(config.env.files.render).toEqual([
      { from: '.env', to: '.env', tokens: true, replace: [{ from: 'localhost', to: '${CILO_ENV}.test' }] },
    ])
    expect(config.sources).toEqual(['.ciloignore', '.cilo/config.yml'].map((name) => join(directory, name)))
  })

  test('berth.toml wins key by key', async () => {
    await write('.cilo/config.yml', cilo)
    await write('berth.toml', '[project]\nname = "mine"\n[env.copy]\nexclude = []')
    const config = await loadProjectConfig(directory)
    expect(config.project).toMatchObject({ name: 'mine', ingress: 'nginx' })
    expect(config.env.copy.exclude).toEqual([])
  })

  test('faults say where', async () => {
    await write('.cilo/config.yml', 'project: [x]\nenv:\n  copy_mode: some\n')
    expect(places(await failure())).toEqual([
      '1:10 project: expected a string, found a list',
      '3:14 env.copy_mode: expected "all", "none", "allowlist"',
    ])
    await write('.cilo/config.yml', 'project: "x\n')
    expect((await failure()).message).toMatch(/^\.cilo\/config\.yml has a fault:/)
  })

  test('an empty file is no fault', async () => {
    await write('.cilo/config.yml', '')
    expect((await loadProjectConfig(directory)).project.name).toBeNull()
  })
})
