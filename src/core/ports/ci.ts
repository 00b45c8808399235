import type { Run } from '../ci/model.ts'

/** A file of a repository as it lies there now. */
export interface TreeFile {
  /** Relative to the repository. */
  path: string
  /** As git writes it: `100644`, `100755`, `120000` (link), `160000` (submodule). */
  mode: string
  /** Git's hash of the content. */
  hash: string
}

/** The files of a directory that git knows or would add. */
export interface CodeTrees {
  /** In git's order; the very same list while nothing changes. Undefined where there is no repository. Throws GIT_FAILED. */
  read(directory: string): Promise<readonly TreeFile[] | undefined>
  /** Where to copy from so that git says of the copy what it says of this: the top of its repository, if that holds it. */
  topOf(directory: string): Promise<string>
}

/** What git knows of a repository beside the files that lie there. */
export interface CodeHistory {
  head: string
  /** The branch that is checked out, `refs/heads/main`, or null. */
  branch: string | null
  /** Branches, tags and what remotes had: name → object. */
  refs: Readonly<Record<string, string>>
  /** Settings that mean the same on another machine. */
  settings: readonly (readonly [string, string])[]
  /** Where a shallow clone's history ends, as git keeps it; empty for others. */
  shallow: string
  format: 'sha1' | 'sha256'
  /** Tree of what is staged. */
  index: string
}

/** The histories of repositories. */
export interface CodeHistories {
  /** Undefined where there is no commit yet, or the directory is not the top of its repository. */
  read(directory: string): Promise<CodeHistory | undefined>
  /** Writes the objects a repository lacks that has these, into a file; false where it has all. Throws GIT_FAILED. */
  pack(directory: string, history: CodeHistory, known: readonly string[], file: string): Promise<boolean>
  /** The objects a history begins at. */
  tips(history: CodeHistory): string[]
}

/** Sees that files of a directory change. */
export interface TreeWatcher {
  /** Watches where these files lie: all there are that git does not ignore. */
  cover(files: readonly TreeFile[]): void
  /** Resolves once something may have changed since it was last asked, and it is quiet again; and when the watch ends. */
  changed(): Promise<void>
}

/** A program a stage needs, and how its version is asked for; an empty probe: that it exists has to do. */
export interface ToolNeed {
  program: string
  probe: readonly string[]
  /** Relative to the repository. */
  directory: string
}

/** What a machine says about a tool: null where it is not there, else what tells its versions apart. */
export type ToolIdentity = string | null

/** One program of a stage, ready to run. */
export interface StageProcess {
  /** Unique on every machine: run id and stage. */
  id: string
  /** For people who watch. */
  title: string
  argv: readonly string[]
  /** Absolute path of the repository on this machine. */
  root: string
  /** Relative to it. */
  directory: string
  /** The whole environment on this machine. */
  env: Readonly<Record<string, string>>
  /** What another machine adds to its own environment. */
  ownEnv: Readonly<Record<string, string>>
  /** Known to nobody it could tell: what is said about it can be told from what it says. */
  secret: string
  /** Bytes of its output that are in the log already, where it was started by an earlier daemon. */
  from: number
  /** File on this machine that everything it writes is appended to, as it is written. */
  log: string
  timeoutMs: number | null
  /** Told of what is worth knowing and no output. */
  note: (text: string) => void
  /** Told that its machine has not answered for long, and that it does again. */
  away: (isAway: boolean) => void
}

/** Variable that holds the id of a stage's process: by it what it left in the background, as a daemon say, is found. */
export const processMark = 'BERTH_CI_PROCESS'

/** How a program ended. */
export interface StageEnd {
  /** 128 + n where signal n ended it. */
  exitCode: number
  timedOut: boolean
}

/** A machine stages are to run on. */
export interface RemoteStages {
  /** As the user named it. */
  name: string
  destination: string
  /** Socket of a connection that is kept anyway; undefined: one of our own. */
  machine: { context: string; name: string } | undefined
  session: string
  directory: string | null
  /** Socket of the caller's SSH agent. */
  agent: string | undefined
  /** How long it may not answer any more, ms: after that others run its stages, where there are any, and it is said. */
  patience: number
  /** Whether nobody else is there to run its stages: they are waited for on. */
  isAlone: boolean
  /** What was found there, where a run is taken up again: it is not prepared a second time. */
  found?: FoundMachine
}

/** What stages need to know of a machine that was prepared for them. */
export interface FoundMachine {
  /** Absolute, there: everything of ours. */
  base: string
  /** Absolute, there: the repository. */
  tree: string
  platform: string
}

/** Where stages run. */
export interface StageMachine {
  name: string
  /** What a later daemon needs to go on with what runs there; null: that ends with this daemon. */
  keepsake(): RemoteStages | null
  /** Makes the repository's state present there, and ready to run. `tree`: its files, where somebody reads them anyway. Throws what the way there may fail with. */
  prepare(root: string, signal: AbortSignal, tree?: Promise<readonly TreeFile[] | undefined>): Promise<void>
  /** What kind of machine it is: results are shared between equal ones only. */
  platform(): Promise<string>
  tools(
    root: string,
    needs: readonly ToolNeed[],
    env: Readonly<Record<string, string>>,
  ): Promise<readonly ToolIdentity[]>
  /** Runs a program to its end, or to its deadline or the abort, which end its whole process group. */
  run(process: StageProcess, signal: AbortSignal): Promise<StageEnd>
}

/** Runs and what their stages wrote, on disk. */
export interface RunRecords {
  /** Makes room for a run and its logs. */
  create(run: Run): Promise<void>
  save(run: Run): Promise<void>
  /** The newest first. */
  list(): Promise<Run[]>
  read(id: string): Promise<Run | undefined>
  /** Appends to what a stage wrote. */
  write(file: string, bytes: Uint8Array): Promise<void>
  /** Bytes a stage wrote until now. */
  size(file: string): Promise<number>
  /** Takes back what was appended behind so many bytes. */
  cut(file: string, size: number): Promise<void>
  /** Absolute path of what a stage wrote. */
  log(id: string, stage: number): string
  /** What was appended to a file after `from`, again whenever there is more; ends once `over` says so and all is read. */
  follow(file: string, from: number, over: () => boolean, changed: () => Promise<void>): AsyncGenerator<Buffer>
  /** Removes all but the newest. */
  trim(): Promise<void>
}

/** Which part of a stage runs, and where in its log what it writes begins. */
export interface StagePart {
  number: number
  start: number
}

/** What a later daemon needs to go on with a run; beside the run's records, and gone with its end. */
export interface RunKeepsakes<K> {
  save(id: string, keepsake: K): Promise<void>
  read(id: string): Promise<K | undefined>
  savePart(id: string, stage: number, part: StagePart): Promise<void>
  readPart(id: string, stage: number): Promise<StagePart | undefined>
  drop(id: string): Promise<void>
}

/** A pass that is remembered. */
export interface PassedResult {
  ms: number
  output: Buffer
}

/** Passes by the digest of everything they depend on. Never fails: what cannot be read or written is not remembered. */
export interface ResultCache {
  find(key: string): Promise<PassedResult | undefined>
  /** Keeps a pass with what the stage wrote into a file. */
  keep(key: string, ms: number, log: string): Promise<void>
  /** Forgets a pass. */
  forget(key: string): Promise<void>
}
