import { request } from 'node:http'
import { join } from 'node:path'
import { socketPath } from '../../src/contract/home.ts'
import { routePath } from '../../src/contract/wire.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import type { Bench } from './model.ts'

/** The built program. */
export const berthProgram = join(import.meta.dirname, '..', '..', 'bin', 'berth')

/** A berth of the row's own. */
export async function benchBerth(bench: Bench, env: Record<string, string> = {}): Promise<TestBerth> {
  const berth = await openBerth({ env })
  bench.defer(() => berth.close())
  return berth
}

/** A project of the row's own. */
export async function benchProject(bench: Bench, files: Record<string, string>, git = true): Promise<TestProject> {
  const project = await makeProject(files, { git })
  bench.defer(() => project.remove())
  return project
}

/**
 * Asks a daemon directly, for set-up that would take a thousand processes. Resolves with the whole answer's text; throws
 * when it is none of success or an operation failed.
 */
export function ask(home: string, route: string, input: unknown): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const headers = { 'content-type': 'application/json' }
  const outgoing = request(
    { socketPath: socketPath(home), path: routePath(route), method: 'POST', headers },
    (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => {
        if (answer.statusCode === 200 && !text.includes('event: error')) resolve(text)
        else reject(new Error(`${route}: ${answer.statusCode} ${text}`))
      })
    },
  )
  outgoing.on('error', reject)
  outgoing.end(JSON.stringify(input))
  return promise
}

/** Does some work for each of many, a few at a time. Throws the first failure, once nothing is under way any more. */
export async function each(count: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
