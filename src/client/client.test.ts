import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { createClient, type Transport } from './client.ts'

const event = (id: number, kind: string, data: object) => `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
const started = event(1, 'progress', { type: 'started', operation: 'x' })
const planned = event(2, 'progress', { type: 'plan', steps: [] })
const result = event(9, 'result', { done: true })

/** A berthd that gives these replies, one a request, and then ends or is another one; `unknown`: it never heard of the operation. */
function replying(...replies: string[]) {
  const asked: { name: string; operation: string | undefined }[] = []
  const error = { code: 'OPERATION_NOT_FOUND', message: 'no operation', hint: '', details: {} }
  const transport: Transport = {
    machine: 'local',
    async open(name, _, options) {
      asked.push({ name, operation: options?.operation })
      const reply = replies.shift() ?? ''
      const [statusCode, text] = reply === 'unknown' ? [404, JSON.stringify({ error })] : [200, reply]
      const headers = { 'content-type': 'text/event-stream' }
      return Object.assign(Readable.from([Buffer.from(text)], { objectMode: false }), {
        statusCode,
        headers,
      }) as unknown as IncomingMessage
    },
  }
  const run = () => createClient(transport).run('env.down', {} as never)
  return {
    run,
    asked: () => asked.map(({ name }) => name),
    operations: () => new Set(asked.map((one) => one.operation)),
  }
}

test('what a berthd had written nothing down of when it ended is asked of the next, under the same id', async () => {
  const { run, asked, operations } = replying(started, 'unknown', started + result)
  expect(await run()).toEqual({ done: true })
  expect(asked()).toEqual(['env.down', 'operation.follow', 'env.down'])
  expect(operations().difference(new Set([undefined])).size).toBe(1)
})

test('what had begun is followed, and never asked for twice', async () => {
  const going = replying(started + planned, result)
  expect(await going.run()).toEqual({ done: true })
  expect(going.asked()).toEqual(['env.down', 'operation.follow'])
  const lost = replying(started + planned, 'unknown')
  await expect(lost.run()).rejects.toMatchObject({ error: { code: 'INTERRUPTED' } })
  expect(lost.asked()).toEqual(['env.down', 'operation.follow'])
})
