import type { Output } from '../../contract/routes.ts'
import { localTime } from './local-time.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'
import { padTo } from './text-width.ts'

type Event = Output<'event.feed'>

/** Room for the longest type there is. */
const typeWidth = 21
/** Room for most names; longer ones push the rest on. */
const subjectWidth = 20

/** An event in a line: when, what, about what, and what more there is to say. */
export function renderEvent({ time, type, subject, machine, data }: Event, paint: Paint): string {
  const where = machine === 'local' ? subject : `${machine}:${subject}`
  const more = Object.entries(data).filter(([, value]) => isTelling(value))
  const words = more.map(([key, value]) => `${paint('dim', `${printable(key)}=`)}${printable(textOf(value))}`)
  return [
    paint('dim', localTime(time)),
    paint(colourOf(type), padTo(printable(type), typeWidth)),
    padTo(printable(where), words.length === 0 ? 0 : subjectWidth),
    ...words,
  ].join(' ')
}

/** What is off, empty or unknown says nothing. */
const isTelling = (value: unknown) =>
  value !== null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0)

/** Text with spaces in it in quotes, so that one sees where it ends. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',')
  if (typeof value !== 'string') return JSON.stringify(value)
  return /[\s="]/.test(value) ? JSON.stringify(value) : value
}

const bad = /\.(failed|died|unhealthy|out-of-memory|away|forgotten)$/
const good = /\.(up|created|started|recovered|back)$/

function colourOf(type: string): Parameters<Paint>[0] {
  if (bad.test(type)) return 'red'
  return good.test(type) ? 'green' : 'cyan'
}
