import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { AppError } from '../../core/errors.ts'
import type { Files, SecretFiles } from '../../core/ports.ts'

/** Reads files of secrets as other tools write them: dotenv, dotenvx (with its .env.keys), sops with age. */
export function createSecretFiles(files: Pick<Files, 'readText'>): SecretFiles {
  return {
    async read(path, keys) {
      const text = await files.readText(path)
      if (text === undefined) throw new AppError('IMPORT_FAILED', `there is no file ${path}`, { hint: 'name a file' })
      if (isSops(text)) return (await import('./sops.ts')).readSops(text, path, keys.age)
      const values = parseEnv(text) as Record<string, string>
      if (!('DOTENV_PUBLIC_KEY' in values) && !Object.values(values).some((value) => value.startsWith('encrypted:')))
        return values
      const beside = parseEnv((await files.readText(join(dirname(path), '.env.keys'))) ?? '') as Record<string, string>
      const privateKeys = [...keys.dotenvx, ...Object.values(beside).flatMap((value) => value.split(','))]
      return (await import('./dotenvx.ts')).readDotenvx(values, path, privateKeys)
    },
  }
}

const isSops = (text: string) => /^\s*("sops"\s*:|sops:|sops_mac=)/m.test(text)
