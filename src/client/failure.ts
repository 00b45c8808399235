import type { ApiError } from '../contract/events.ts'

/** A failure as the daemon (or the way to it) reported it. */
export class ClientError extends Error {
  readonly error: ApiError

  constructor(error: ApiError) {
    super(error.message)
    this.name = 'ClientError'
    this.error = error
  }
}
