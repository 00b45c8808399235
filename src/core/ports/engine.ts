import type { ComposeModel } from './compose-model.ts'

/** `docker` or `podman` (through its Docker-compatible socket). */
export type EngineKind = 'docker' | 'podman'

/** A compose project as it stands on disk: everything `docker compose` needs before its verb. */
export interface ComposeFiles {
  /** Compose project name (`-p`). */
  project: string
  /**
   * Directory Compose runs in, as the user would run it: its `.env` counts, and so does that of the first file's
   * directory, which relative paths belong to.
   */
  directory: string
  /** Absolute paths, in merge order; Berth's override last. */
  files: string[]
  profiles: string[]
  /** Values of the variables the compose files read from the shell. */
  variables: Record<string, string>
}

export interface EngineContainer {
  id: string
  name: string
  image: string
  imageId: string
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  exitCode: number | null
  labels: Record<string, string>
  /** Engine network name → addresses in it; empty strings where it has none. */
  networks: Record<string, { ipv4: string; ipv6: string }>
  /** Id of the container in whose networks it is, as `network_mode: service:…` has it; it has none of its own then. */
  networkOf: string | null
  /** Exposed container ports. */
  ports: { port: number; protocol: 'tcp' | 'udp' | 'sctp' }[]
  createdAt: string
}

export interface EngineNetwork {
  id: string
  name: string
  driver: string
  subnets: string[]
  labels: Record<string, string>
}

export interface EngineVolume {
  name: string
  labels: Record<string, string>
}

/** Milliseconds since 1970; null for what has not happened yet. */
export interface ContainerTimes {
  startedAt: number | null
  endedAt: number | null
}

/** Something happened to a container or network of the engine. */
export interface EngineEvent {
  type: 'container' | 'network' | 'volume'
  /** `start`, `die`, `destroy`, `health_status: healthy`, `connect` … as the engine says it. */
  action: string
  /** Id of the object (for network connect/disconnect: the network). */
  id: string
  attributes: Record<string, string>
}

/** Label filter: `key` or `key=value`; all must match. */
export type LabelFilter = string

export interface EngineInfo {
  kind: EngineKind
  engineVersion: string
  composeVersion: string
  /** Address of its API, as in DOCKER_HOST. */
  socket: string
  /** What it cannot do here, each in one sentence. */
  limits: string[]
}

/** Containers, networks, volumes and compose projects. Failures: ENGINE_UNAVAILABLE, ENGINE_FAILED, COMPOSE_INVALID, COMPOSE_FAILED. */
export interface ContainerEngine {
  /** Throws ENGINE_UNAVAILABLE, ENGINE_TOO_OLD, TOOL_MISSING. */
  info(): Promise<EngineInfo>

  /** The canonical model of a compose project. Throws COMPOSE_INVALID with what Compose said. */
  model(files: ComposeFiles, options?: { allProfiles?: boolean }): Promise<ComposeModel>
  /** Service → digest of its configuration, as Compose writes it on the containers it makes. Throws COMPOSE_INVALID. */
  configHashes(files: ComposeFiles): Promise<Record<string, string>>
  /** `docker compose up -d --wait`: returns when all is running or healthy. Throws COMPOSE_FAILED, SERVICE_UNHEALTHY. */
  up(files: ComposeFiles, options: UpOptions): Promise<void>
  /**
   * `docker compose down`: removes containers and networks, volumes too when asked. Without files it goes by the
   * project's labels alone, whatever became of them. Harmless when nothing is there.
   */
  down(files: ComposeFiles, options: DownOptions): Promise<void>
  /** `docker compose <args>` for this project, for a terminal to run in that directory with that environment. */
  composeCommand(
    files: ComposeFiles,
    args: readonly string[],
  ): { argv: string[]; env: Record<string, string>; cwd: string }
  /** argv of `docker exec`. */
  execCommand(
    container: string,
    argv: readonly string[],
    options: ExecInContainer,
  ): { argv: string[]; env: Record<string, string> }
  /**
   * argv of `docker cp` between a container, also one that does not run, and a tar archive: `from` and `to` are
   * `<container>:<path>`, or `-` for stdout and stdin. The engine starts no container while it copies from or to it.
   */
  copyCommand(from: string, to: string): { argv: string[]; env: Record<string, string> }

  containers(labels: readonly LabelFilter[]): Promise<EngineContainer[]>
  networks(labels?: readonly LabelFilter[]): Promise<EngineNetwork[]>
  volumes(labels: readonly LabelFilter[]): Promise<EngineVolume[]>
  /** The volumes with these labels and what each holds, bytes. Takes the engine a while. */
  volumeSizes(labels: readonly LabelFilter[]): Promise<(EngineVolume & { bytes: number })[]>
  /** Image reference → image id, for all local images. */
  images(): Promise<Map<string, string>>
  /** `docker compose build` of some services. Throws COMPOSE_FAILED. */
  build(files: ComposeFiles, options: BuildOptions): Promise<void>
  /** Gets an image from its registry; its id, or undefined where it cannot be had. */
  pull(reference: string, signal?: AbortSignal): Promise<string | undefined>
  /** Platform (`linux/amd64`) and size of images by their ids; those it has not are left out. */
  imageFacts(ids: readonly string[]): Promise<Map<string, { platform: string; bytes: number }>>
  /** Layers (diff ids, from the bottom) of every local image. */
  imageLayers(): Promise<string[][]>
  /** `docker load` of an archive on this machine. */
  loadImages(file: string): Promise<void>
  /** Gives an image one more reference, which may have been another's. */
  tag(id: string, reference: string): Promise<void>
  /** Takes a reference away; the image goes with its last one. Harmless when it is gone; it stays where a container uses it. */
  untag(reference: string): Promise<void>
  /** Stops it at once, and removes it with its anonymous volumes. This and its siblings: harmless when it is gone. */
  removeContainer(id: string): Promise<void>
  removeNetwork(id: string): Promise<void>
  removeVolume(name: string): Promise<void>
  /** Harmless when it is there. */
  createVolume(name: string, labels: Record<string, string>): Promise<void>
  /** Removes every image with these labels, untagged ones too; one that a container uses stays. */
  removeImages(labels: readonly LabelFilter[]): Promise<void>
  /** When a container last started and ended; undefined when it is gone. */
  times(id: string): Promise<ContainerTimes | undefined>
  /** Harmless when it runs. */
  startContainer(id: string): Promise<void>
  /** Sets the size of a running container's terminal; harmless where it has none, or has ended. */
  resizeTerminal(id: string, size: { columns: number; rows: number }): Promise<void>
  stopContainer(id: string): Promise<void>
  connectNetwork(network: string, container: string, aliases: readonly string[]): Promise<void>
  disconnectNetwork(network: string, container: string): Promise<void>
  /** The last `tail` lines a container wrote, oldest first. */
  lastLines(container: string, tail: number): Promise<string[]>
  /**
   * What a container wrote, oldest first; with `follow` until it stops. Ends early (without error) when the signal
   * aborts, and at once when the container is gone. Throws ENGINE_FAILED where its log driver cannot be read,
   * ENGINE_UNAVAILABLE.
   */
  logs(container: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogBatch>
  /**
   * Resolves once the engine tells its events to us: whatever is asked of it after that is no older than the first of them.
   * They end (without error) when the signal aborts; both throw ENGINE_UNAVAILABLE when the engine goes away.
   */
  events(signal: AbortSignal): Promise<AsyncIterable<EngineEvent>>
}

/** Which part of a container's log; moments are seconds since 1970 with up to nine decimals, both inclusive. */
export interface LogOptions {
  follow: boolean
  since?: string | undefined
  until?: string | undefined
  /** Only the last so many lines. */
  tail?: number | undefined
}

/** Some entries of a log, as places in one piece of memory: half a million lines a second make no garbage to speak of. */
export interface LogBatch {
  bytes: Buffer
  /** At least one. */
  entries: LogEntry[]
}

/** One line, or a part of a very long one (without a line end, followed by the rest), of `bytes`. */
export interface LogEntry {
  stream: 'stdout' | 'stderr'
  /** RFC 3339, UTC; times of one container compare as text. */
  time: string
  start: number
  end: number
}

export interface UpOptions {
  services: readonly string[]
  build: boolean
  /** Make networks, volumes and containers, but start nothing. */
  noStart?: boolean
  /** `never`: containers that differ from the files stay; absent: they are made anew. */
  recreate?: 'never'
  /** Seconds to wait for health. */
  timeoutSeconds: number
  signal?: AbortSignal
  onLine?: (line: string) => void
}

export interface BuildOptions {
  services: readonly string[]
  signal?: AbortSignal
  onLine?: (line: string) => void
}

export interface DownOptions {
  volumes: boolean
  /** Seconds to wait for a container to stop before it is killed; the compose file's own when absent. */
  timeoutSeconds?: number
  signal?: AbortSignal
  onLine?: (line: string) => void
}

export interface ExecInContainer {
  tty: boolean
  interactive: boolean
  user?: string
  workdir?: string
  env?: Record<string, string>
}
