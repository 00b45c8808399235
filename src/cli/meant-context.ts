import { berthHome, currentContextFile } from '../contract/home.ts'
import type { BerthContext } from './context.ts'

/** The context that is meant: the named one, the shell's, the one in use; undefined for the usual one. Asks no daemon. */
export function meantContext(env: BerthContext['env'], named?: string): string | undefined {
  const meant = named || env['BERTH_CONTEXT'] || inUse(berthHome(env))
  return meant === 'default' ? undefined : meant
}

function inUse(home: string): string | undefined {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(currentContextFile(home), 'utf8').trim() || undefined
  } catch {
    return undefined // none is in use
  }
}
