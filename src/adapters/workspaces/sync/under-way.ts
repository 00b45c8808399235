import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type UnderWay, underWayHeads, underWayTexts } from '../../../core/machines/sync/model.ts'
import type { Git } from '../git.ts'
import { textIfAny } from '../if-any.ts'
import { quotePath, unquotePath } from '../quoted.ts'
import type { UnitStore } from './store.ts'

/** A merge, cherry-pick or revert that waits for hands, and the index without what it is about. */
export interface Unfinished {
  underWay: UnderWay
  /** Tree of everything that is staged and not in conflict. */
  index: string
}

interface Place {
  top: string
  gitDirectory: string
}

/** What is under way in a repository; null where nothing is, or only what cannot be taken elsewhere (a rebase). */
export async function readUnderWay(git: Git, store: UnitStore, place: Place): Promise<Unfinished | null> {
  const read = (name: string) => textIfAny(join(place.gitDirectory, name))
  const heads = await Promise.all(underWayHeads.map(async (name) => [name, oidsIn(await read(name))] as const))
  if (heads.every(([, oids]) => oids.length === 0)) return null
  const texts = await Promise.all(underWayTexts.map(async (name) => [name, await read(name)] as const))
  const { unmerged, index } = await readIndex(git, store, place)
  return {
    underWay: {
      heads: Object.fromEntries(heads.filter(([, oids]) => oids.length > 0)),
      texts: Object.fromEntries(
        texts.filter((entry): entry is [(typeof texts)[number][0], string] => entry[1] !== null),
      ),
      unmerged,
    },
    index,
  }
}

const oidsIn = (text: string | null) => (text ?? '').split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line))

/** Read from a copy: git would write into the user's. */
async function readIndex(git: Git, store: UnitStore, { top, gitDirectory }: Place) {
  const index = store.temporary()
  const env = { ...store.env, GIT_INDEX_FILE: index }
  try {
    await copyFile(join(gitDirectory, 'index'), index)
    const { stdout } = await git(top, ['-c', 'core.quotePath=true', 'ls-files', '--unmerged'], { env })
    const unmerged = stdout.split('\n').flatMap((line) => (line === '' ? [] : [parseStage(line)]))
    const none = '0'.repeat(unmerged[0]?.oid.length ?? 40)
    const input = [...new Set(unmerged.map(({ path }) => path))]
      .map((path) => `0 ${none}\t${quotePath(path)}\n`)
      .join('')
    if (input !== '') await git(top, ['update-index', '--index-info'], { env, input })
    return { unmerged, index: (await git(top, ['write-tree'], { env })).stdout.trim() }
  } finally {
    await Promise.all([index, `${index}.lock`].map((path) => rm(path, { force: true })))
  }
}

/** `mode object stage⇥path`. */
function parseStage(line: string): UnderWay['unmerged'][number] {
  const tab = line.indexOf('\t')
  const [mode = '', oid = '', stage = ''] = line.slice(0, tab).split(' ')
  return { mode, oid, stage: Number(stage), path: unquotePath(line.slice(tab + 1)) }
}
