import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Transport } from './client.ts'
import { ClientError } from './failure.ts'
import { followFeed } from './feed.ts'

type Reply = { status?: number; text: string } | { code: string }

const line = (id: number, event: string, data: object = {}) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
const items = (...ids: number[]) => ids.map((id) => line(id, 'item', { id })).join('')

/** A transport that gives these replies, one a request; `asked` holds what was asked of it. */
function replying(...replies: Reply[]) {
  const asked: { input: object; join: boolean | undefined }[] = []
  const transport: Transport = {
    machine: 'big-box',
    async open(_, input, options) {
      asked.push({ input: input as object, join: options?.join })
      const reply = replies.shift() ?? { text: line(0, 'end') }
      if ('code' in reply) throw new ClientError({ code: reply.code, message: 'away', hint: '', details: {} })
      const { status = 200, text } = reply
      const headers = { 'content-type': 'text/event-stream' }
      return Object.assign(Readable.from([text]), { statusCode: status, headers }) as unknown as IncomingMessage
    },
  }
  return { transport, asked }
}

async function read(transport: Transport) {
  let lost = 0
  const input = { follow: true, tail: 5, since: '1h' }
  const feed = followFeed(transport, 'event.feed', input, { onLost: () => lost++ })
  const ids = (await Array.fromAsync(feed)).map(({ id }) => id)
  return { ids, lost }
}

test('after a cut it goes on behind the last event seen, with whoever is there by then', async () => {
  const { transport, asked } = replying(
    { text: line(6, 'begin') + items(7, 8) + items(9).slice(0, 12) },
    { code: 'DAEMON_UNAVAILABLE' },
    { code: 'MACHINE_UNREACHABLE' },
    { text: line(8, 'begin') + items(9) + line(0, 'end') },
  )
  expect(await read(transport)).toEqual({ ids: [7, 8, 9], lost: 1 })
  const on = { input: { follow: true, after: 8 }, join: true }
  expect(asked).toEqual([{ input: { follow: true, tail: 5, since: '1h' }, join: false }, on, on, on])
})

test('cut off before the first event it goes on from where it began', async () => {
  const { transport, asked } = replying({ text: line(6, 'begin') }, { text: items(7) + line(0, 'end') })
  expect(await read(transport)).toEqual({ ids: [7], lost: 1 })
  expect(asked[1]?.input).toEqual({ follow: true, after: 6 })
})

test.each([
  ['at first', [{ code: 'MACHINE_UNREACHABLE' }]],
  ['for another reason later', [{ text: line(6, 'begin') }, { code: 'TOKEN_INVALID' }]],
] as [string, Reply[]][])('a failure %s is told', async (_, replies) => {
  await expect(read(replying(...replies).transport)).rejects.toBeInstanceOf(ClientError)
})
