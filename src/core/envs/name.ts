import { slug } from '../../lib/slug.ts'
import { AppError } from '../errors.ts'

/** Words that mean something else where an env's name stands: a command's argument, a host name, a branch. */
const reserved = new Set(['all', 'berth', 'default', 'local', 'localhost', 'none', 'self', 'test'])
const longest = 40

/** What bears such a name. */
const things = { env: 'an env', project: 'a project', app: 'an app' } as const

/** What an env, project or app is called, from what a person typed: `feat/Add_Auth` → `feat-add-auth`. Throws NAME_INVALID. */
export function parseName(text: string, what: keyof typeof things = 'env'): string {
  const fault = faultOf(text)
  if (fault) {
    const suggestion = usableName(text)
    const usable = suggestion !== '' && faultOf(suggestion) === undefined
    throw new AppError(
      'NAME_INVALID',
      `${JSON.stringify(text.slice(0, 60))} cannot be the name of ${things[what]}: ${fault}`,
      usable ? { hint: `perhaps ${suggestion}` } : {},
    )
  }
  return slug(text, longest)
}

/** What a text may have been meant as: `Überraschung!` → `uberraschung`, `all` → `all-1`; empty where nothing is left of it. */
export function usableName(text: string): string {
  const plain = slug(text.normalize('NFKD').replaceAll(/\p{Mark}/gu, ''), longest)
  return reserved.has(plain) ? `${plain}-1` : plain
}

function faultOf(text: string): string | undefined {
  if (text === '') return 'it is empty'
  if (text.length > longest) return `it is longer than ${longest} characters`
  if (text.includes('..')) return 'it holds ".."'
  if (!/^[A-Za-z0-9._/-]+$/.test(text)) return 'only letters, digits, - _ . and / may stand in it'
  if (!/^[A-Za-z0-9]/.test(text) || !/[A-Za-z0-9]$/.test(text)) return 'it must start and end with a letter or digit'
  if (reserved.has(slug(text))) return 'the word is reserved'
  return undefined
}

/** `project/env` where the project is written before the env; a name with a slash may also be an env's own. */
export function splitQualifiedName(text: string): { project: string; name: string } | undefined {
  const at = text.indexOf('/')
  return at <= 0 ? undefined : { project: text.slice(0, at), name: text.slice(at + 1) }
}

/** How people name an env wherever they are: `project/env`. */
export const qualifiedName = ({ project, name }: { project: string; name: string }): string => `${project}/${name}`

/** What an operation on an env is about, for the journal. */
export function aboutEnv(env: { id: string; project: string; name: string }): { envId: string; subject: string } {
  return { envId: env.id, subject: qualifiedName(env) }
}
