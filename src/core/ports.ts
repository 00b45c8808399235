/**
 * What the use cases need from the world. Ports name a role; adapters (one folder per technology) fill it, and each
 * has an in-memory fake in tests/fakes that passes the same contract test.
 */
export type { Clock, Ids } from './ports/clock.ts'
export type { ComposeModel } from './ports/compose-model.ts'
export type {
  ComposeFiles,
  ContainerEngine,
  EngineContainer,
  EngineEvent,
  EngineKind,
  EngineNetwork,
  EngineVolume,
} from './ports/engine.ts'
export type { Files } from './ports/files.ts'
export type { Host } from './ports/host.ts'
export type { Multiplexer, MultiplexerSession, StartRequest } from './ports/multiplexer.ts'
export type { ListenAddress, NameServer, ResolverSetup } from './ports/names.ts'
export type { Programs } from './ports/programs.ts'
export type { ResolverCheck } from './ports/resolver.ts'
export type { Journal, OperationRecord, StepRecord, Store } from './ports/store.ts'
export type { Transcripts } from './ports/transcripts.ts'
export type {
  CopyRules,
  Leftover,
  SkippedFile,
  WorkspaceDiff,
  WorkspaceRequest,
  WorkspaceResult,
  Workspaces,
} from './ports/workspaces.ts'
