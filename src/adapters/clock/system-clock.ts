import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Ids } from '../../core/ports.ts'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  wait: (ms, signal) => wait(ms, undefined, { signal }),
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
const alphabet = `${letters}0123456789`
const pick = (from: string) => from[randomInt(from.length)] ?? ''

/** Identifiers from the operating system's random source. */
export const randomIds: Ids = {
  short: (length) => pick(letters) + Array.from({ length: length - 1 }, () => pick(alphabet)).join(''),
  secret: () => randomBytes(32).toString('base64url'),
}
