/**
 * The languages this machine can build, in one repository, on a machine where nothing but their tools was installed: each stage
 * that is found passes there, and fails there, as e2e/ci-languages sees it here.
 */
import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { languages, missing, prefixed } from '../support/languages.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const packages = {
  rust: 'Rust',
  go: 'Go',
  node: 'JavaScript',
  python: 'Python without pytest',
  java: 'Java (Maven)',
} as const

/** They compile again what the tests compile: e2e/ci-languages has seen them. */
const costly = ['rust:lint', 'go:lint', 'java:build']

let lab: Lab
let berth: TestBerth
let project: TestProject
/** The packages whose tools are here, and so there. */
let there: [string, (typeof languages)[string]][]

beforeAll(async () => {
  const all = Object.entries(packages).flatMap(([name, language]): typeof there => {
    const found = languages[language]
    return found === undefined ? [] : [[name, found]]
  })
  const files = Object.fromEntries(all.flatMap(([name, { files }]) => Object.entries(prefixed(name, files))))
  project = await makeProject(files)
  there = all.filter(([name, language]) => {
    const absent = missing(language, join(project.directory, name))
    if (absent !== undefined) console.warn(`${name}: ${absent.slice(0, 2).join(' ')} does not work on this machine`)
    return absent === undefined
  })
  lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0', LAB_SHARE: homedir() } })
  berth = await lab.openBerth()
  for (const directory of toolDirectories()) await lab.on('h1', ['sh', '-c', `ln -sf ${directory}/* /usr/local/bin/`])
  // what Maven fetched for the look above; nothing leads out of the lab
  await lab.on('h1', ['sh', '-c', 'if [ -d /mnt/share/.m2 ]; then cp -r /mnt/share/.m2 /root/; fi'])
})
afterAll(async () => {
  await lab.close()
  await project.remove()
})

/** Where tools lie that are not in the usual place, as the host sees it: it has the home of this machine elsewhere. */
function toolDirectories(): string[] {
  const said = (file: string, ...args: string[]) => {
    try {
      return execFileSync(file, args, { encoding: 'utf8' }).trim()
    } catch {
      return ''
    }
  }
  const sysroot = said('rustc', '--print', 'sysroot')
  const found = [sysroot && join(sysroot, 'bin'), dirname(said('sh', '-c', 'command -v go'))]
  const shared = (path: string) =>
    path.startsWith(`${homedir()}/`) ? join('/mnt/share', relative(homedir(), path)) : path
  return found.filter((path) => path !== '' && path !== '.').map(shared)
}

/** The names of the stages that came to this end there. */
async function run(state: string, stages: readonly string[]): Promise<string[]> {
  const words = ['ci', ...stages, '--json', '--on', 'h1', '--parallel', '2', '--keep-going']
  const { stdout } = await berth.run(words, { cwd: project.directory })
  const { data } = JSON.parse(stdout) as { data: { run: { stages: { name: string; state: string }[] } } }
  return data.run.stages.flatMap((stage) => (stage.state === state ? stage.name : [])).sort()
}

test('stages of each language pass there, and fail there', async () => {
  const { stages } = await berth.data<{ stages: { name: string }[] }>(['ci', '--list'], { cwd: project.directory })
  const found = new Set(stages.map(({ name }) => name))
  const wanted = there.flatMap(([name, language]) => language.stages.map((stage) => `${name}:${stage}`))
  expect(there.length).toBeGreaterThan(1)
  expect(wanted.filter((name) => !found.has(name))).toEqual([])
  const cheap = wanted.filter((name) => !costly.includes(name)).sort()
  expect(await run('passed', cheap)).toEqual(cheap)
  for (const [name, { broken }] of there)
    for (const [path, text] of Object.entries(broken.files)) await project.write(join(name, path), text)
  const tests = there.map(([name]) => `${name}:test`)
  expect(await run('failed', tests)).toEqual(tests.sort())
})
