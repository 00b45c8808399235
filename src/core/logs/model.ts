import type { LogBatch } from '../ports/engine.ts'

/** A container whose log is read. */
export interface LogSource {
  service: string
  /** Name of the container. */
  container: string
  /** Which of the service's containers, from 1. */
  replica: number
  /** Of a log that is followed: the moment it goes on from when nothing of it has come; empty: as it was asked for. */
  from?: string
}

/** Entries `from` up to `to` of a batch. */
export interface LogRun {
  batch: LogBatch
  from: number
  to: number
}

/** A log has nothing more for now: its container stopped, or the log cannot be read (`reason` says why). */
export interface LogPause {
  reason: string | undefined
}

/** What a reader of merged logs is told. Sources are numbered from 0 in the order they are told of. */
export type LogMessage =
  | { type: 'sources'; sources: LogSource[] }
  | ({ type: 'run'; source: number } & LogRun)
  | ({ type: 'pause'; source: number } & LogPause)
