import type { BerthContext } from './context.ts'
import { failure } from './failure.ts'

/** Opens a URL with the user's browser; BROWSER, where set, names the program. Throws TOOL_MISSING. */
export async function openInBrowser(
  { env, process }: Pick<BerthContext, 'env' | 'process'>,
  url: string,
): Promise<void> {
  const opener = env['BROWSER'] || (process.platform === 'darwin' ? 'open' : 'xdg-open')
  const { spawn } = process.getBuiltinModule('node:child_process')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(opener, [url], { detached: true, stdio: 'ignore' })
  child.on('spawn', resolve)
  child.on('error', () => reject(failure('TOOL_MISSING', `${opener} cannot be started`, `open it yourself: ${url}`)))
  await promise
  child.unref()
}
