import { slug } from '../../lib/slug.ts'
import { AppError } from '../errors.ts'
import { defaultContext } from './model.ts'

/** Longest name: it is part of paths and of sockets' names. */
const longest = 32

/** Words that mean something else where a context is named. */
const reserved: readonly string[] = [defaultContext, 'all', 'ci', 'local', 'none']

/** The name of a context that is to be made. Throws NAME_INVALID. */
export function newContextName(name: string): string {
  const fault = faultOf(name)
  if (fault === undefined) return name
  const better = slug(name, longest)
  throw new AppError('NAME_INVALID', `${JSON.stringify(name)} cannot be the name of a context: ${fault}`, {
    hint: better === '' || better === name ? 'choose another, like customer-acme' : `perhaps ${better}`,
  })
}

/** Whether a context can be called so, here or on another machine. */
export const isContextName = (name: string): boolean => name === defaultContext || faultOf(name) === undefined

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > longest) return `it is longer than ${longest} characters`
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return 'small letters, digits and - may stand in it'
  if (reserved.includes(name)) return 'the word is reserved'
  return undefined
}
