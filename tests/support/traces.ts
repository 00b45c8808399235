import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestBerth } from './berth.ts'
import { labelled } from './labelled.ts'

const kinds = ['ps', 'network', 'volume', 'image'] as const

/** What the engine and the state directory hold of a home's envs: nothing, once all are destroyed. */
export async function tracesOf({ home, env }: TestBerth): Promise<string[]> {
  const id = (await readFile(join(home, 'id'), 'utf8')).trim()
  const label = `dev.berth.home=${id}`
  const found = kinds.map(async (kind) => (await labelled(kind, label, env)).map((name) => `${kind} ${name}`))
  return (await Promise.all([...found, workspacesIn(home)])).flat()
}

async function workspacesIn(home: string): Promise<string[]> {
  const directory = join(home, 'workspaces')
  // not there before the first env
  const projects = await readdir(directory).catch(() => [])
  const found = projects.map(async (project) => {
    const envs = await readdir(join(directory, project))
    return envs.length === 0 ? [`${project}/`] : envs.map((env) => `${project}/${env}`)
  })
  return (await Promise.all(found)).flat()
}
