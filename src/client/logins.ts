import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { reservedMachineNames } from '../contract/choices.ts'
import { loginsDirectory } from '../contract/home.ts'
import { writeAtomic } from '../lib/write-atomic.ts'

/** A machine reached by a token over TLS, as its file in the state directory has it (0600). */
export interface Login {
  /** `host:port`. */
  address: string
  /** SHA-256 of the certificate the machine has to show, base64url. */
  fingerprint: string
  token: string
}

/** Whose logins: a context of a state directory. */
export interface LoginPlace {
  home: string
  context: string
}

const fileOf = ({ home, context }: LoginPlace, name: string) => join(loginsDirectory(home, context), `${name}.json`)

/** What a machine may be called: nothing that leads elsewhere as a file's name, or means something else behind --on. */
export const isMachineName = (name: string): boolean =>
  /^[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?$/.test(name) && !reservedMachineNames.includes(name)

/** The login of a machine, or undefined where it is not reached by one. */
export async function readLogin(place: LoginPlace, name: string): Promise<Login | undefined> {
  if (!isMachineName(name)) return undefined
  try {
    return JSON.parse(await readFile(fileOf(place, name), 'utf8')) as Login
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The machines there is a login for, by name. */
export async function loginNames({ home, context }: LoginPlace): Promise<string[]> {
  const files = await readdir(loginsDirectory(home, context)).catch(() => [])
  return files
    .flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
    .filter(isMachineName)
    .toSorted()
}

/** Keeps a login, for its user alone. */
export async function writeLogin(place: LoginPlace, name: string, login: Login): Promise<void> {
  await mkdir(loginsDirectory(place.home, place.context), { recursive: true, mode: 0o700 })
  await writeAtomic(fileOf(place, name), `${JSON.stringify(login)}\n`, 0o600)
}

/** Forgets a login; harmless when there is none. */
export async function removeLogin(place: LoginPlace, name: string): Promise<void> {
  await rm(fileOf(place, name), { force: true })
}
