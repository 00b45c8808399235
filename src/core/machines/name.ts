import { slug } from '../../lib/slug.ts'
import { defaultContext } from '../contexts/model.ts'
import { AppError } from '../errors.ts'
import { reservedMachineNames } from './model.ts'

/** Longest name: it is part of a socket's path and of host names. */
const longest = 32

/** The name a machine gets: the one that was given, or made of its destination (`me@big-box.lan:22` → `big-box`). Throws NAME_INVALID. */
export function machineName(given: string | undefined, destination: string): string {
  const name = given ?? nameOf(destination)
  const fault = faultOf(name)
  if (fault === undefined) return name
  throw new AppError('NAME_INVALID', `${JSON.stringify(name)} cannot be the name of a machine: ${fault}`, {
    hint: given === undefined ? 'give it one with --name' : `perhaps ${better(given)}`,
  })
}

/** What the given name may have meant, as one that can be. */
function better(given: string): string {
  const plain = slug(given, longest)
  return plain !== '' && faultOf(plain) === undefined ? plain : 'big-box'
}

/** What names of its services end in here, before the suffix: contexts may each have a machine of one name. */
export const machineDomain = (context: string, name: string): string =>
  context === defaultContext ? name : `${name}.${context}`

/** The first label of a host name, an address as a whole. */
function nameOf(destination: string): string {
  const host = destination
    .replace(/^.*@/, '')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/:\d+$/, '')
  const isAddress = /^[\d.]+$/.test(host) || host.includes(':')
  return slug(isAddress ? host : (host.split('.')[0] ?? host), longest)
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > longest) return `it is longer than ${longest} characters`
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return 'small letters, digits and - may stand in it'
  if (reservedMachineNames.includes(name)) return 'the word is reserved'
  return undefined
}
