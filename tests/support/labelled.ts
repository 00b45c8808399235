import { request } from 'node:http'

type Environment = Record<string, string | undefined>

/** What an engine has, by the words of docker's command line. */
export type ObjectKind = 'ps' | 'network' | 'volume' | 'image'

const lists: Record<ObjectKind, string> = {
  ps: '/containers/json?all=1&',
  network: '/networks?',
  volume: '/volumes?',
  image: '/images/json?',
}

interface Listed {
  Id?: string
  Name?: string
}

/**
 * Names of the objects with this label (`name=value`), as `docker … rm` takes them. Asked of the engine itself: a process of docker's for
 * each question, several times for each test, were minutes of the whole suite.
 */
export async function labelled(kind: ObjectKind, label: string, env: Environment): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  const answer = await ask<Listed[] | { Volumes: Listed[] | null }>(`${lists[kind]}filters=${filters}`, env)
  const found = Array.isArray(answer) ? answer : (answer.Volumes ?? [])
  return found.map(({ Id, Name }) => Id ?? Name ?? '')
}

/** A question to the engine of DOCKER_HOST (`unix://…`), or the default one. */
async function ask<T>(path: string, env: Environment): Promise<T> {
  const socketPath = (env['DOCKER_HOST'] || 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const outgoing = request({ socketPath, path, headers: { host: 'docker' }, agent: false }, (answer) => {
    let body = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    answer.on('end', () => (answer.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${body}`))))
    answer.on('error', reject)
  })
  outgoing.on('error', reject).end()
  return JSON.parse(await promise) as T
}
