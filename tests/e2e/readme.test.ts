/** Every command of README.md and the guides is run as shown, in a fresh copy of the example project, one shell a page. */
import { globSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { isShownToFail, type PageCommand, printsAsShown, readPage } from '../support/console-page.ts'
import { copyExample, type TestProject } from '../support/project.ts'
import { openShell, type TestShell } from '../support/shell.ts'

const root = join(import.meta.dirname, '..', '..')
const pages = globSync(['README.md', 'docs/guides/*.md'], { cwd: root })
  .sort()
  .map((file) => ({ file, commands: readPage(readFileSync(join(root, file), 'utf8')) }))
  .filter(({ commands }) => commands.length > 0)

let open: { shell: TestShell; berth: TestBerth; project: TestProject } | undefined
afterEach(async () => {
  open?.shell.close()
  await open?.berth.close()
  await open?.project.remove()
  open = undefined
})

test('the README has commands to run', () => {
  expect(pages.map(({ file }) => file)).toContain('README.md')
})

test.each(pages)('$file', async ({ file, commands }) => {
  const [berth, project] = await Promise.all([openBerth(), copyExample()])
  const shell = openShell({ cwd: project.directory, env: readerEnvironment(berth, project) })
  open = { shell, berth, project }
  for (const step of commands) {
    const result = await shell.run(step.command)
    const output = asReader(result.output, berth, project)
    const fault = faultOf(step, result.exitCode, output)
    if (fault !== undefined) expect.fail(`${file}:${step.line}: ${fault}\n$ ${step.command}\n${output}`)
  }
})

/** Ada: a home of her own with the shop in it, berth on the PATH, a name for commits. */
function readerEnvironment(berth: TestBerth, project: TestProject): Record<string, string | undefined> {
  const name = { GIT_AUTHOR_NAME: 'Ada', GIT_COMMITTER_NAME: 'Ada' }
  const email = { GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_EMAIL: 'ada@example.com' }
  const path = [join(root, 'bin'), process.env['PATH']].join(delimiter)
  return { ...berth.env, ...name, ...email, HOME: dirname(project.directory), PATH: path }
}

/** The pages tell of Ada, whose home is /home/ada. */
function asReader(output: string, berth: TestBerth, project: TestProject): string {
  return output.replaceAll(berth.home, '/home/ada/.berth').replaceAll(dirname(project.directory), '/home/ada')
}

function faultOf({ expected }: PageCommand, exitCode: number, output: string): string | undefined {
  if (expected === undefined) return exitCode === 0 ? undefined : `set-up failed with exit code ${exitCode}`
  if (isShownToFail(expected) !== (exitCode !== 0)) return `unexpected exit code ${exitCode}`
  return printsAsShown(expected, output) ? undefined : `it does not print\n${expected.join('\n')}\nbut`
}
