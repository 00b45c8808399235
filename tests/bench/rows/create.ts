import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openBerth } from '../../support/berth.ts'
import { type LoopKind, mountLoop, whyNoLoop } from '../../support/loop-file-system.ts'
import { must } from '../../support/must.ts'
import { elapsed, median, pairs, program, showMs } from '../measure.ts'
import type { Bench, Result, Row } from '../model.ts'
import { berthProgram } from '../support.ts'
import { makeTree } from '../tree.ts'

/** One line: how a workspace of so many files is made on a file system, and what that may cost. */
interface Case {
  kind: LoopKind
  method: 'copy' | 'reflink' | 'overlay' | 'btrfs-snapshot'
  files: number
  limit: number
  /** The project is a subvolume of its own. */
  subvolume?: true
  /** What it is a ratio to; without it the limit is in ms. */
  against?: string[]
}

const reflink = ['cp', '-a', '--reflink=always']
const cases: readonly Case[] = [
  { kind: 'ext4', method: 'copy', files: 10_000, limit: 0.8, against: ['cp', '-a'] },
  { kind: 'xfs', method: 'reflink', files: 10_000, limit: 1.2, against: reflink },
  { kind: 'btrfs', method: 'reflink', files: 10_000, limit: 1.2, against: reflink },
  { kind: 'ext4', method: 'overlay', files: 10_000, limit: 100 },
  { kind: 'btrfs', method: 'btrfs-snapshot', files: 10_000, limit: 100 },
  { kind: 'ext4', method: 'overlay', files: 100_000, limit: 100 },
  { kind: 'btrfs', method: 'btrfs-snapshot', files: 100_000, limit: 100 },
  { kind: 'btrfs', method: 'btrfs-snapshot', files: 100_000, limit: 100, subvolume: true },
]

/** `berth create`, on file systems of its own. */
export const createRow: Row = {
  name: 'create',
  about:
    'Copying a project (a fifth of its files in git, the rest dependencies), the whole command, on loop file systems',
  async measure(bench) {
    const results: Result[] = []
    for (const one of cases) results.push(await inTurn(bench, one))
    return results
  },
}

/** Each on a fresh file system, gone before the next. */
async function inTurn(bench: Bench, one: Case): Promise<Result> {
  const missing = whyNoLoop(one.kind)
  if (missing !== null) return { ...line(one), detail: missing, value: undefined }
  const deferred: (() => Promise<unknown>)[] = []
  try {
    return await measureCase({ ...bench, defer: (work) => void deferred.push(work) }, one)
  } finally {
    for (const work of deferred.toReversed()) await work()
  }
}

async function measureCase(bench: Bench, one: Case): Promise<Result> {
  // sparse; ext4 has one inode for 16 kB
  const disk = mountLoop(one.kind, 6144)
  bench.defer(async () => disk.close())
  const at = (name: string) => join(disk.directory, name)
  if (one.subvolume) await must(['btrfs', 'subvolume', 'create', at('project')])
  makeTree(at('project'), one.files, `[env.copy]\nmethod = "${one.method}"\n`)
  mkdirSync(at('home'))
  const berth = await openBerth({ parent: at('home') })
  bench.defer(() => berth.close())

  const cwd = at('project')
  const settle = () => elapsed({ argv: ['sync', '--file-system', disk.directory] })
  const create = program({ argv: [berthProgram, 'create', 'a'], cwd, env: berth.env }, async () => {
    await berth.ok(['destroy', 'a', '--yes'], { cwd })
    settle()
  })
  await berth.ok(['create', 'a'], { cwd })
  const copy = at('copy')
  const bare = program({ argv: [...(one.against ?? ['true']), ...(one.against ? [cwd, copy] : [])] }, () => {
    rmSync(copy, { recursive: true, force: true })
    settle()
  })
  const [ours, theirs] = await pairs(Math.min(bench.runs, 7), create, bare)
  if (one.against === undefined)
    return {
      ...line(one),
      detail: one.subvolume ? 'the project itself is one' : 'once a frozen copy is there',
      value: median(ours),
    }
  const detail = `${showMs(median(ours))}; \`${one.against.join(' ')}\` ${showMs(median(theirs))}`
  return { ...line(one), detail, value: median(ours) / median(theirs) }
}

const line = ({ kind, method, files, limit, against, subvolume }: Case): Omit<Result, 'value' | 'detail'> => ({
  title: `\`berth create\`, ${files.toLocaleString('en')} files, ${kind === method.split('-')[0] ? method : `${kind}, ${method}`}${subvolume ? ' of a subvolume' : ''}`,
  unit: against === undefined ? 'ms' : '×',
  limit,
  bound: 'most',
})
