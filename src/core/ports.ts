/**
 * What the use cases need from the world. Ports name a role; adapters (one folder per technology) fill it, and each
 * has an in-memory fake in tests/fakes that passes the same contract test.
 */
export type { AccessStore, AuditQuery } from './ports/access-store.ts'
export type { Clock, Ids } from './ports/clock.ts'
export type { CloudStore } from './ports/cloud-store.ts'
export type { ComposeModel } from './ports/compose-model.ts'
export type { ContextStore } from './ports/context-store.ts'
export type {
  ComposeFiles,
  ContainerEngine,
  EngineContainer,
  EngineEvent,
  EngineKind,
  EngineNetwork,
  EngineVolume,
} from './ports/engine.ts'
export type { EventStore } from './ports/events.ts'
export type { Files } from './ports/files.ts'
export type { GitHooks } from './ports/git-hooks.ts'
export type { Host } from './ports/host.ts'
export type {
  HostKey,
  MachineAddress,
  MachineConnection,
  MachineWays,
  Package,
  Packages,
  ReadyLines,
  RemoteTerminalCommand,
} from './ports/machines.ts'
export type { Multiplexer, MultiplexerSession, StartRequest } from './ports/multiplexer.ts'
export type { ListenAddress, NameServer, ResolverSetup } from './ports/names.ts'
export type { Programs } from './ports/programs.ts'
export type { ResolverCheck } from './ports/resolver.ts'
export type { Journal, OperationRecord, StepRecord, Store } from './ports/store.ts'
export type { RunningProgram, TerminalSize, Terminals } from './ports/terminals.ts'
export type { Transcripts } from './ports/transcripts.ts'
export type { Cipher, IdentityStore, SecretFiles } from './ports/vault.ts'
export type { WebhookStore } from './ports/webhook-store.ts'
export type {
  CopyRules,
  Leftover,
  SkippedFile,
  SourceLook,
  WorkspaceDiff,
  WorkspaceRequest,
  WorkspaceResult,
  Workspaces,
} from './ports/workspaces.ts'
