/** Keeps the import rule of docs/ARCHITECTURE.md: which room may know which. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', 'src')
const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
const mayImport: Record<string, string[]> = {
  lib: [],
  core: ['lib'],
  contract: ['core', 'lib'],
  adapters: ['core', 'lib'],
  client: ['contract', 'lib'],
  cli: ['client', 'contract', 'lib'],
  daemon: ['core', 'contract', 'lib'],
}

/** Where the program is put together: the only files of the daemon that know technologies. */
const wiring = new Set([
  'daemon/main.ts',
  'daemon/open-home.ts',
  'daemon/open-ci.ts',
  'daemon/open-machines.ts',
  'daemon/open-tunnels.ts',
  'daemon/open-sync-machine.ts',
  'daemon/open-providers.ts',
  'daemon/resolver-main.ts',
])

const roomOf = (file: string) => file.split('/')[0] ?? ''
const importsOf = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
    relative(root, join(root, dirname(file), match[1] ?? '')),
  )

/** Only a capability's model and use cases (one verb a file) are for other capabilities; never in a circle. */
const capabilityOf = (file: string) => (/^core\/([^/]+)\//.exec(file) ?? [])[1]

test('every room imports only what it may', () => {
  expect(files.length).toBeGreaterThan(500)
  const faults: string[] = []
  for (const file of files) {
    for (const target of importsOf(file)) {
      const [from, to] = [roomOf(file), roomOf(target)]
      const allowed = from === to || mayImport[from]?.includes(to) || (wiring.has(file) && to === 'adapters')
      if (!allowed) faults.push(`${file} → ${target}`)
    }
  }
  expect(faults).toEqual([])
})

test('adapters do not know each other', () => {
  const technologyOf = (file: string) => file.split('/').slice(0, 2).join('/')
  const faults = files
    .filter((file) => roomOf(file) === 'adapters')
    .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
    .filter(({ file, target }) => roomOf(target) === 'adapters' && technologyOf(file) !== technologyOf(target))
  expect(faults).toEqual([])
})

test('capabilities of the core do not import each other in a circle', () => {
  const edges = new Map<string, Set<string>>()
  for (const file of files) {
    const from = capabilityOf(file)
    for (const target of importsOf(file)) {
      const to = capabilityOf(target)
      // models are shared words; only behaviour can make a circle
      if (from && to && from !== to && from !== 'ports' && to !== 'ports' && !target.endsWith('/model.ts'))
        edges.set(from, (edges.get(from) ?? new Set()).add(to))
    }
  }
  const circles: string[] = []
  const visit = (node: string, path: string[]) => {
    if (path.includes(node)) {
      circles.push([...path, node].join(' → '))
      return
    }
    for (const next of edges.get(node) ?? []) visit(next, [...path, node])
  }
  for (const node of edges.keys()) visit(node, [])
  expect(circles).toEqual([])
})

test('zod is imported as a namespace, which the build can take what is used from', () => {
  const whole = files.filter((file) => /^import \{.*\bz\b.*\} from 'zod'/m.test(readFileSync(join(root, file), 'utf8')))
  // by name, `z` is everything there is of it: 540 KB more in both programs
  expect(whole).toEqual([])
})
