import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { configText } from '../../../core/machines/sync/settings.ts'
import type { CodeHistories, CodeHistory } from '../../../core/ports/ci.ts'
import { type ArchiveTarget, sendArchive } from './archive.ts'
import { historyScript } from './history-scripts.ts'

/** A mirror, and what of git is to lie in it. */
export interface HistoryUpdate extends ArchiveTarget {
  root: string
  histories: CodeHistories
  /** Undefined: there is none. */
  history: CodeHistory | undefined
  /** What the mirror's own git says of itself; empty: there is none, `-`: there is no git. */
  state: string
  /** Directories of submodules, which stay empty. */
  submodules: readonly string[]
  /** File here that remembers what is there. */
  memory: string
}

interface Remembered {
  /** What git said there when it was done. */
  state: string
  /** What it was made of. */
  id: string
  /** Objects that are there with all they lead to. */
  tips: string[]
}

/** Objects up to so many bytes are kept as single files there, for there is one pack of them each time. */
const smallPack = 1024 * 1024

/** Has git say there what it says here: the same commits, branches, tags and staged files. Nothing where git is missing. */
export async function updateHistory(update: HistoryUpdate, signal: AbortSignal): Promise<void> {
  const { histories, history, state, memory } = update
  if (state === '-' || history === undefined) return
  const known = await remembered(memory)
  const id = createHash('sha256').update(JSON.stringify(history)).digest('hex')
  if (state !== '' && known?.state === state && known.id === id) return
  await mkdir(dirname(memory), { recursive: true, mode: 0o700 })
  const place = await mkdtemp(`${memory}.`)
  try {
    // what a stage did to it there took nothing away that was sent
    await writeHistory(update, history, state === '' ? [] : (known?.tips ?? []), place)
    const { index, format } = history
    const words = [update.tree, format, index, ...update.submodules]
    const said = await sendArchive({ ...update, script: historyScript, words }, place, ['.'], signal)
    const now: Remembered = { state: said.trim(), id, tips: histories.tips(history) }
    await writeFile(memory, JSON.stringify(now), { mode: 0o600 })
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** The files git is made of there, and a pack of the objects it lacks. */
async function writeHistory({ root, histories }: HistoryUpdate, history: CodeHistory, tips: string[], place: string) {
  const { branch, head, refs, shallow, settings, format } = history
  const write = (name: string, text: string) => writeFile(join(place, name), text)
  const form =
    format === 'sha256' ? '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n' : ''
  const sorted = Object.entries(refs).sort(([one], [other]) => (one < other ? -1 : 1))
  await Promise.all([
    write('HEAD', branch === null ? `${head}\n` : `ref: ${branch}\n`),
    write('packed-refs', sorted.map(([name, oid]) => `${oid} ${name}\n`).join('')),
    write('config', `${form}[core]\n\tbare = false\n[gc]\n\tauto = 0\n${configText(settings)}`),
    ...(shallow === '' ? [] : [write('shallow', shallow)]),
  ])
  const pack = join(place, 'pack')
  if (!(await histories.pack(root, history, tips, pack))) return
  if ((await stat(pack)).size <= smallPack && tips.length > 0) await write('loose', '')
}

async function remembered(memory: string): Promise<Remembered | undefined> {
  try {
    return JSON.parse(await readFile(memory, 'utf8')) as Remembered
  } catch {
    return undefined
  }
}
