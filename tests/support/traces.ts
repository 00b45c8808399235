import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestBerth } from './berth.ts'
import { must } from './must.ts'

const kinds = [
  ['ps', '--all'],
  ['network', 'ls'],
  ['volume', 'ls'],
  ['image', 'ls'],
]

/** What the engine and the state directory hold of a home's envs: nothing, once all are destroyed. */
export async function tracesOf({ home, env }: TestBerth): Promise<string[]> {
  const id = (await readFile(join(home, 'id'), 'utf8')).trim()
  const filter = ['--quiet', '--filter', `label=dev.berth.home=${id}`]
  const found = kinds.map(async (kind) => {
    const ids = await must(['docker', ...kind, ...filter], { env })
    return ids === '' ? [] : ids.split('\n').map((one) => `${kind[0]} ${one}`)
  })
  return (await Promise.all([...found, workspacesIn(home)])).flat()
}

async function workspacesIn(home: string): Promise<string[]> {
  const directory = join(home, 'workspaces')
  const projects = await readdir(directory)
  const found = projects.map(async (project) => {
    const envs = await readdir(join(directory, project))
    return envs.length === 0 ? [`${project}/`] : envs.map((env) => `${project}/${env}`)
  })
  return (await Promise.all(found)).flat()
}
