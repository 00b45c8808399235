import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import type { Programs } from '../../core/ports.ts'
import { readLoginEnvironment } from './login-environment.ts'

/** The programs of this machine. */
export function createLocalPrograms(): Programs {
  return {
    loginEnvironment: () => readLoginEnvironment(process.env),
    async find(program, { path, directory }) {
      if (program === '') return undefined
      const candidates = program.includes('/')
        ? [resolve(directory, program)]
        : path
            .split(delimiter)
            .filter((entry) => entry !== '')
            .map((entry) => join(resolve(directory, entry), program))
      for (const candidate of candidates) if (await isExecutable(candidate)) return candidate
      return undefined
    },
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false // it is not there, or not ours to run
  }
}
