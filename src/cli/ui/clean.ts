import type { ApiError } from '../../contract/events.ts'
import { redact, redactValue, secretValues } from '../../lib/redact.ts'
import { printable } from './printable.ts'

/** Makes text from elsewhere fit to be shown: no secrets, no escape sequences. */
export interface Clean {
  text: (text: string) => string
  /** A failure without secrets; escape sequences are for who renders it. */
  error: (error: ApiError) => ApiError
}

/** The cleaner for this user: the values of their own secret variables are known, and never shown. */
export function createClean(env: Readonly<Record<string, string | undefined>>): Clean {
  let known: string[] | undefined
  const secrets = () => (known ??= secretValues(env))
  return {
    text: (text) => printable(redact(text, secrets())),
    error: ({ details, ...error }) => ({
      ...error,
      message: redact(error.message, secrets()),
      hint: redact(error.hint, secrets()),
      details: redactValue(details, secrets()) as Record<string, unknown>,
    }),
  }
}
