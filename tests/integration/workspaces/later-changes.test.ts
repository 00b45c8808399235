import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyEverything } from '../../../src/core/envs/copy-rules.ts'
import type { CopyRules } from '../../../src/core/ports.ts'
import { errnoOf } from '../../../src/lib/errno.ts'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'
import { mountLoop, whyNoLoop } from '../../support/loop-file-system.ts'
import { treeHash, treePrint } from '../../support/tree-print.ts'

/** Something a user does to a project: paths are picked by number, modulo what is there. */
interface Deed {
  kind: 'write' | 'create' | 'mkdir' | 'remove' | 'move' | 'swap' | 'link' | 'hardlink' | 'chmod' | 'become' | 'commit'
  from: number
  to: number
  text: string
}
const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(
    'write',
    'create',
    'mkdir',
    'remove',
    'move',
    'swap',
    'link',
    'hardlink',
    'chmod',
    'become',
    'commit',
  ),
  from: fc.nat(),
  to: fc.nat(),
  text: fc.string({ maxLength: 20 }),
})

const overlay = process.getuid?.() === 0 ? null : 'needs root'
describe.each([
  ['overlay', overlay],
  ['btrfs-snapshot', whyNoLoop('btrfs')],
] as const)('a base brought up to date, method %s', (method, missing) => {
  describe.skipIf(missing !== null)(missing ?? 'whatever has been done to the source', () => {
    let disk: ReturnType<typeof mountLoop> | undefined
    let world: GitWorld
    let made = 0
    beforeAll(async () => {
      disk = method === 'overlay' ? undefined : mountLoop('btrfs')
      world = await openGitWorld({ method, ...(disk ? { parent: disk.directory } : {}) })
    })
    afterAll(async () => {
      await world.close()
      disk?.close()
    })

    test.each<[string, Partial<CopyRules>]>([
      ['all', {}],
      ['without ignored files and logs', { ignored: 'none', exclude: ['*.log'] }],
    ])('is what a full copy would be: %s', async (_, some) => {
      const rules = { ...copyEverything, ...some }
      const source = await world.directory(
        { 'a/b/c.txt': 'c', 'a/d.log': 'd', 'e/f/g/h.txt': 'h', 'i.txt': 'i' },
        { git: true },
      )
      await world.write(source, { '.gitignore': 'out/\n', 'out/x/y.js': 'y', 'out/z.log': 'z' })
      const create = async (way: 'copy' | typeof method) => {
        const workspace = world.freePath(`${way}-${(made += 1)}`)
        const request = {
          source: { kind: 'directory' as const, directory: source },
          workspace,
          branch: 'berth/x',
          rules,
        }
        const result = await world.workspaces.create({ ...request, method: way })
        expect(result.method).toBe(way)
        return { workspace, baseCommit: result.baseCommit ?? '' }
      }
      await create(method)
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 12 }), async (deeds) => {
          for (const one of deeds) await perform(world, source, one).catch(ifImpossible)
          const before = treeHash(source)
          const [{ workspace: full }, { workspace: updated, baseCommit }] = [await create('copy'), await create(method)]
          try {
            expect(await world.workspaces.diff(updated, baseCommit)).toEqual({ patch: '', files: [] })
            expect(await world.workspaces.diff(full, baseCommit)).toEqual({ patch: '', files: [] })
            expect(treePrint(updated)).toEqual(treePrint(full))
            expect(await git(updated, 'status', '--porcelain')).toBe(await git(full, 'status', '--porcelain'))
            expect(await git(updated, 'fsck', '--connectivity-only', '--no-dangling')).toBe('')
            expect(treeHash(source)).toBe(before)
          } finally {
            await world.workspaces.remove(full, 'copy')
            await world.workspaces.remove(updated, method)
          }
        }),
        // each run goes on from the state the last one left: there is nothing to shrink
        { numRuns: 8, endOnFailure: true },
      )
    })
  })
})

/** Through a link a path may lead into itself, or nowhere: then nothing is done. */
function ifImpossible(error: unknown): void {
  if (!['ENOENT', 'EINVAL', 'ENOTDIR', 'ENOTEMPTY', 'EISDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) throw error
}

async function perform(world: GitWorld, source: string, { kind, from, to, text }: Deed): Promise<void> {
  const all = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => !/^\.git(?:\/|$)/.test(path))
  const pick = (number: number) => join(source, all[number % all.length] ?? 'i.txt')
  const [one, other] = [pick(from), pick(to)]
  const there = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined
  const isDirectory = (path: string) => existsSync(path) && existsSync(`${path}/.`)
  const beside = join(isDirectory(other) ? other : dirname(other), `n${from % 7}`)
  const apart = !one.startsWith(other) && !other.startsWith(one)
  if (kind === 'commit') await world.commit(source, `commit ${text}`)
  else if (kind === 'write' && !isDirectory(one) && existsSync(one)) writeFileSync(one, text)
  else if (kind === 'create' && !there(beside)) writeFileSync(beside, text)
  else if (kind === 'mkdir' && !there(beside)) mkdirSync(join(beside, 'deep'), { recursive: true })
  else if (kind === 'remove' && all.length > 4) rmSync(one, { recursive: true })
  else if (kind === 'move' && apart && !there(beside) && !beside.startsWith(`${one}/`)) renameSync(one, beside)
  else if (kind === 'swap' && apart) {
    renameSync(one, `${source}/swap`)
    renameSync(other, one)
    renameSync(`${source}/swap`, other)
  } else if (kind === 'link' && !there(beside)) symlinkSync('i.txt', beside)
  else if (kind === 'hardlink' && existsSync(one) && !isDirectory(one) && !there(beside)) linkSync(one, beside)
  else if (kind === 'chmod' && existsSync(one)) chmodSync(one, isDirectory(one) ? 0o750 : 0o640 + (from % 2) * 0o110)
  else if (kind === 'become' && existsSync(one)) {
    const wasDirectory = isDirectory(one)
    rmSync(one, { recursive: true })
    if (wasDirectory) writeFileSync(one, text)
    else mkdirSync(one)
  }
}
