import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { openTmux, type TestTmux } from '../../support/tmux.ts'

const opened: TestTmux[] = []
afterEach(async () => {
  for (const tmux of opened.splice(0)) await tmux.close()
})

async function open(options: Parameters<typeof openTmux>[0] = {}): Promise<TestTmux> {
  const tmux = await openTmux(options)
  opened.push(tmux)
  return tmux
}

/** A command that writes down the arguments and environment it got. */
const observer = (file: string, args: readonly string[]) => [
  process.execPath,
  '-e',
  'require("fs").writeFileSync(process.argv[1], JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }))',
  '--',
  file,
  ...args,
]

async function observe(tmux: TestTmux, id: string, args: readonly string[], env: Record<string, string>) {
  const seen = join(tmux.directory, `${id}.json`)
  const exitFile = join(tmux.directory, `${id}.exit`)
  const logFile = join(tmux.directory, `${id}.log`)
  const argv = observer(seen, args)
  await tmux.multiplexer.start({ id, title: id, argv, directory: tmux.directory, env, logFile, exitFile })
  const code = await eventually(() => readFile(exitFile, 'utf8'))
  if (code !== '0\n') throw new Error(`exit ${code}: ${await readFile(logFile, 'utf8')}`)
  return JSON.parse(await readFile(seen, 'utf8')) as { args: string[]; env: Record<string, string>; cwd: string }
}

const strange = [
  '',
  ' ',
  `it's "quoted"`,
  '$(touch /tmp/pwned) `id` ${HOME} \\ !',
  'two\nlines\r\n\ttab',
  'ünïcödé 漢字 🚢',
  '--flag=x;',
  ';',
  '#{pane_id} %Y #(id)',
  '~',
  '*',
  'x'.repeat(100 * 1024),
]

test('arguments arrive as they are', async () => {
  const seen = await observe(await open(), 'args', strange, {})
  expect(seen.args).toEqual(strange)
})

test('so does the environment, and nothing else of whoever started the server', async () => {
  const tmux = await open({ env: { FIRST_CALLER: 'secret' } })
  const env = Object.fromEntries(strange.map((value, index) => [`STRANGE_${index}`, value]))
  await observe(tmux, 'first', [], { ONLY_FIRST: '1', PATH: '/usr/bin:/bin' })
  const seen = await observe(tmux, 'second', [], env)
  const { TMUX, TMUX_PANE, PWD, ...rest } = seen.env
  expect(rest).toEqual({
    ...env,
    TERM: 'tmux-256color',
    COLORTERM: 'truecolor',
    BERTH_SESSION: 'second',
    BERTH_TMUX: tmux.socket,
  })
  expect(TMUX).toContain(tmux.socket)
  expect(TMUX_PANE).toMatch(/^%\d+$/)
  expect(PWD).toBe(tmux.directory)
})

test('variables that a shell would trip over are left out, the rest still arrives', async () => {
  const env = {
    UID: '7',
    PPID: '1',
    OPTIND: 'x',
    SHELLOPTS: 'y',
    'not a name': 'z',
    'BASH_FUNC_x%%': '() { :; }',
    OK: '1',
  }
  const seen = await observe(await open(), 'odd', [], env)
  expect(seen.env).toMatchObject({ OK: '1' })
  expect(seen.env).not.toHaveProperty('not a name')
})

test('no file with the environment stays behind', async () => {
  const tmux = await open()
  await observe(tmux, 'clean', [], { TOKEN: 'hidden-value' })
  const left = await readdir(tmux.directory)
  expect(left.sort()).toEqual(['clean.exit', 'clean.json', 'clean.log', 'tmux'])
})

test.each([
  ['long', 'deep/'.repeat(30)],
  ['strange', `sp ace/quo'te/"double"/50%Y/#{pane_id}/$(id)/semi;`],
])('a %s home directory is no obstacle', async (_, nested) => {
  const seen = await observe(await open({ nested }), 'nested', strange, { A: 'b' })
  expect(seen.args).toEqual(strange)
})

test('the user’s tmux.conf is not read', async () => {
  const tmux = await open()
  await writeFile(join(tmux.directory, '.tmux.conf'), 'set -g default-command "false"\nthis is no command\n')
  const seen = await observe(tmux, 'conf', ['x'], {})
  expect(seen.args).toEqual(['x'])
})

test('two servers do not see each other', async () => {
  const [one, other] = [await open(), await open()]
  const request = { id: 'same', title: 'same', argv: ['sleep', '1000'], env: { PATH: '/usr/bin:/bin' } }
  for (const { multiplexer, directory } of [one, other]) {
    const files = { logFile: join(directory, 'log'), exitFile: join(directory, 'exit') }
    await multiplexer.start({ ...request, directory, ...files })
  }
  await one.multiplexer.kill('same')
  expect(await one.multiplexer.list()).toEqual([])
  expect(await other.multiplexer.list()).toHaveLength(1)
})
