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

/** The daemon cannot be asked. */
export const unavailable = (message: string) =>
  new ClientError({ code: 'DAEMON_UNAVAILABLE', message, hint: 'berth daemon logs', details: {} })

/** The caller gave up. */
export const interrupted = () => new ClientError({ code: 'INTERRUPTED', message: 'interrupted', hint: '', details: {} })
