/** `berth ci` on a real terminal: Ctrl-C, and `--watch`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { isRunning } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'berth')

let berth: TestBerth
let project: TestProject
let terminal: Terminal | undefined
beforeEach(async () => {
  berth = await openBerth()
})
afterEach(async () => {
  await terminal?.close()
  terminal = undefined
  await berth.close()
  await project.remove()
})

async function open(toml: string): Promise<Terminal> {
  project = await makeProject({ 'berth.toml': toml, 'src/a.txt': 'one\n', '.gitignore': 'ignored\n' })
  terminal = await openTerminal({ cwd: project.directory, env: berth.env })
  return terminal
}

/** The process whose id a stage wrote into a file that git ignores, or that no stage depends on. */
const pidIn = (file: string) =>
  eventually(async () => {
    const pid = Number(await readFile(join(project.directory, file), 'utf8'))
    if (!(pid > 0)) throw new Error(`${file} holds no process id yet`)
    return pid
  })

test('Ctrl-C ends what a stage started, also what ignores it, and the command with 130', async () => {
  const screen = await open(
    `[ci.stages.long]\ncommand = "trap '' INT; sleep 1000 & echo $! > pid; echo begun; wait"\n[ci.stages.after]\ncommand = "true"\n`,
  )
  await screen.line(`${bin} ci; echo code=$?`)
  const pid = await pidIn('pid')
  await screen.press('C-c')
  const shown = await screen.shows(/code=\d/)
  expect(shown).toContain('✗ long (cancelled')
  expect(shown).toContain('- after (skipped): the run was ended')
  expect(shown).toContain('code=130')
  await eventually(() => expect(isRunning(pid)).toBe(false))
})

test('--watch runs again what a change touches, begins again what it interrupts, and ends at Ctrl-C', async () => {
  const screen = await open(
    `[ci.stages.lint]\ncommand = "cat src/*"\ninputs = ["src/**"]
[ci.stages.test]\ncommand = "echo $$ > ignored; test ! -e hold || sleep 1000; echo tested"\ninputs = ["src/**", "hold"]
[ci.stages.docs]\ncommand = "cat docs/* 2>/dev/null || echo none"\ninputs = ["docs/**"]\n`,
  )
  await screen.line(`${bin} ci --watch; echo code=$?`)
  await screen.shows(/3 stages: 3 passed[^]*watching for changes/)

  // a new directory, whose files are no input of the others
  await project.write('docs/guide/a.md', 'written\n')
  const docs = await screen.shows(/docs\/guide\/a.md changed: docs[^]*watching/)
  expect(docs).toContain('1 stage: 1 passed')
  expect(docs).not.toContain('3 stages') // the screen was cleared

  // what git ignores, and what no stage depends on, is nothing; a stage that runs is begun again
  await project.write('ignored', 'changed')
  await project.write('other.txt', 'changed')
  await project.write('hold', '')
  await screen.shows(/hold changed: test/)
  const held = await pidIn('ignored')
  await project.write('src/a.txt', 'two\n')
  await screen.shows(/src\/a.txt changed: lint, test[^]*two[^]*✓ lint/)
  await eventually(() => expect(isRunning(held)).toBe(false))
  const last = await eventually(async () => {
    const pid = await pidIn('ignored')
    expect(pid).not.toBe(held)
    return pid
  })

  await screen.press('C-c')
  expect(await screen.shows(/code=\d/)).toMatch(/✗ test \(cancelled[^]*code=130/)
  await eventually(() => expect(isRunning(last)).toBe(false))
})

test('--watch says what is wrong with the config until it is mended', async () => {
  const screen = await open('[ci.stages.test]\ncommand = "echo tested"\n')
  await screen.line(`${bin} ci --watch --json; echo code=$?`)
  await screen.shows(/"type":"run"[^]*"state":"passed"/)
  await project.write('berth.toml', '[ci.stages.test]\ncomand = "echo tested"\n')
  await screen.shows('did you mean command?')
  await project.write('berth.toml', '[ci.stages.other]\ncommand = "echo mended"\n')
  await screen.shows(/"type":"touched","stages":\["other"\]/)
  await screen.press('C-c')
  await screen.shows('code=130')
})
