import { createHash } from 'node:crypto'
import { isAbsolute, join, normalize } from 'node:path'
import type { Host } from '../../../core/ports/host.ts'
import type { BytePath } from '../bytes.ts'
import { bytesOf } from '../bytes.ts'
import { plainEnvironment } from '../environment.ts'
import { exists } from '../if-any.ts'
import type { Look } from './look.ts'

/**
 * Of the patterns, those that are plain paths into a directory git ignores as a whole (`config/local/key.json`): git
 * names the directory alone, so they would match nothing.
 */
export async function extraPaths(
  top: string,
  prefix: string,
  include: readonly string[],
  looks: readonly Look[],
): Promise<BytePath[]> {
  const ignored = looks.flatMap(({ leftOut }) => leftOut).filter(({ path }) => path.endsWith('/'))
  const found: BytePath[] = []
  for (const pattern of include) {
    const path = prefix + pattern.replace(/^\.?\/+/, '')
    if (isAbsolute(path) || /[*?[\]!\\]/.test(path) || normalize(path).startsWith('..')) continue
    const inside = ignored.some((directory) => path.startsWith(directory.path) && path !== directory.path)
    if (inside && (await exists(join(top, path)))) found.push(bytesOf(path))
  }
  return found
}

/** Differs whenever a file of the extras does, by its name, size, mode or time. */
export async function signatureOf(host: Host, top: string, extras: readonly BytePath[]): Promise<string> {
  if (extras.length === 0) return ''
  const paths = extras.map((path) => `./${Buffer.from(path, 'latin1').toString('utf8')}`)
  const format = '%p\\0%y%m %s %T@ %l\\0'
  const { stdout } = await host.run(['find', ...paths, '-printf', format], { cwd: top, env: plainEnvironment() })
  return createHash('sha256').update(stdout).digest('hex')
}
