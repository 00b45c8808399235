import { createHash } from 'node:crypto'
import { basename, join, relative } from 'node:path'
import { join as joinThere } from 'node:path/posix'
import { AppError } from '../../../core/errors.ts'
import type {
  CodeHistories,
  CodeHistory,
  CodeTrees,
  FoundMachine,
  RemoteStages,
  StageMachine,
  ToolIdentity,
  ToolNeed,
  TreeFile,
} from '../../../core/ports/ci.ts'
import type { Host } from '../../../core/ports.ts'
import type { KeyedLock } from '../../../lib/keyed-lock.ts'
import { type ConnectionTarget, ensureConnection } from '../connection.ts'
import { createSshHost } from '../ssh-host.ts'
import type { StageChannels } from './channels.ts'
import { updateMirror } from './mirror.ts'
import { updateHistory } from './mirror-history.ts'
import { type RemotePlace, runThere } from './remote-program.ts'
import { lookScript, toolsScript } from './scripts.ts'

/** A machine stages can run on, and what is needed here for that. */
export interface RemoteStagesOptions {
  place: RemoteStages
  target: ConnectionTarget
  channels: StageChannels
  /** Where ssh runs. */
  local: Host
  trees: CodeTrees
  histories: CodeHistories
  locks: KeyedLock
  /** Directory here that remembers what lies there. */
  memory: string
  /** This home's own name: no two homes share a mirror. */
  homeId: string
}

/** Stages on a machine where only sshd, a POSIX shell and tmux are needed. */
export function createRemoteStages(options: RemoteStagesOptions): StageMachine {
  const { target, local, channels } = options
  const { name, session, patience, isAlone } = options.place
  const host = createSshHost(local, target)
  let look: FoundMachine | undefined = options.place.found
  const found = () => {
    if (look === undefined) throw new AppError('INTERNAL', `${name} was not looked at`)
    return look
  }
  const place = (): RemotePlace => ({
    target,
    channels,
    session,
    base: found().base,
    tree: found().tree,
    name,
    patience,
    isAlone,
    reconnect: () => ensureConnection(local, target),
  })
  return {
    name,
    async prepare(root, signal, tree) {
      const top = await options.trees.topOf(root)
      await options.locks.run(`ci ${target.destination} ${top}`, async () => {
        // what is to be there is found out while the machine tells what is
        const code = readCode(options, top, top === root ? tree : undefined)
        code.catch(() => undefined)
        const seen = await lookAt(options, channels, top, signal)
        await bring(options, host, { top, ...(await code) }, seen, signal)
        look = { base: seen.base, tree: joinThere(seen.tree, relative(top, root)), platform: seen.platform }
      })
    },
    keepsake: () => (look === undefined ? null : { ...options.place, found: look }),
    platform: () => Promise.resolve(found().platform),
    tools: (_root, needs) => askTools(channels, found().tree, needs),
    run: (process, signal) => runThere(place(), process, signal),
  }
}

interface Look extends FoundMachine {
  git: string
  id: string
  touched: string[]
}

async function lookAt(
  options: RemoteStagesOptions,
  channels: StageChannels,
  root: string,
  signal: AbortSignal,
): Promise<Look> {
  const { homeId, target } = options
  const { name, directory, session } = options.place
  // a machine of two names has two: what is known here of each is its own
  const mirror = createHash('sha256').update(`${homeId} ${target.destination} ${root}`).digest('hex').slice(0, 12)
  const said = await channels.ask(lookScript, [directory ?? '', mirror, session], signal)
  const lines = said.split('\n')
  const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? ''
  if (value('fault') !== '') throw unfit(name, value('fault'), directory)
  const base = value('base')
  const touched = lines.filter((line) => line.startsWith('touched ./')).map((line) => line.slice('touched ./'.length))
  return {
    base,
    tree: joinThere(base, 'mirrors', mirror, 'tree'),
    platform: value('platform'),
    id: value('id'),
    git: value('git'),
    touched: lines.includes('touched .') ? ['.', ...touched] : touched,
  }
}

function unfit(name: string, fault: string, directory: string | null): AppError {
  const [kind = '', ...rest] = fault.split(' ')
  const [message = '', hint = ''] =
    {
      'no-tmux': [
        `${name} has no tmux, which keeps stages alive when the connection breaks`,
        'install tmux there, then run this again',
      ],
      'no-session': [
        `tmux cannot start a session on ${name}: ${rest.join(' ')}`,
        'see what `tmux new-session` says there',
      ],
      'no-tar': [`${name} has no tar`, 'install tar there, then run this again'],
      'no-directory': [
        `${name} has no directory ${directory}`,
        'make it there, or change remote_dir in .local-ci-remote.toml',
      ],
      unwritable: [
        `${name}: the directory for runs cannot be written: ${rest.join(' ')}`,
        'see that the disk there has room, and that ~/.berth belongs to you',
      ],
    }[kind] ?? []
  return new AppError('CI_HOST_UNFIT', message, { hint, details: { machine: name } })
}

interface Code {
  top: string
  files: readonly TreeFile[]
  history: CodeHistory | undefined
}

async function readCode(
  { trees, histories }: RemoteStagesOptions,
  root: string,
  tree = trees.read(root),
): Promise<Omit<Code, 'top'>> {
  const [files, history] = await Promise.all([tree, histories.read(root)])
  if (files !== undefined) return { files, history }
  const message = `${basename(root)} is in no git repository, so nobody can say which of its files belong on another machine`
  throw new AppError('SOURCE_INVALID', message, { hint: 'git init there, or run it without --on' })
}

async function bring(
  { histories, target, memory }: RemoteStagesOptions,
  host: Host,
  { top: root, files, history }: Code,
  look: Look,
  signal: AbortSignal,
) {
  const digest = createHash('sha256').update(`${target.destination} ${look.tree}`).digest('hex').slice(0, 16)
  const { anew } = await updateMirror(
    { ...look, root, files, target, host, memory: join(memory, `${digest}.json`) },
    signal,
  )
  const submodules = files.flatMap(({ path, mode }) => (mode === '160000' ? path : []))
  const state = anew && look.git !== '-' ? '' : look.git
  const update = { root, target, tree: look.tree, histories, history, submodules, state }
  await updateHistory({ ...update, memory: join(memory, `${digest}.git.json`) }, signal)
}

async function askTools(channels: StageChannels, tree: string, needs: readonly ToolNeed[]): Promise<ToolIdentity[]> {
  if (needs.length === 0) return []
  const words = needs.flatMap(({ program, probe, directory }) => [
    directory === '' ? '.' : directory,
    program,
    String(probe.length),
    ...probe,
  ])
  const said = (await channels.ask(toolsScript, [tree, ...words, ''])).split('\u001e')
  return needs.map((_, at) => (said[at]?.startsWith('+') ? (said[at] ?? '').slice(1).trim() : null))
}
