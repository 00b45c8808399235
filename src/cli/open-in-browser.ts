import type { BerthContext } from './context.ts'
import { startProgram } from './start-program.ts'

/** Opens a URL with the user's browser; BROWSER, where set, names the program. Throws TOOL_MISSING. */
export async function openInBrowser(context: Pick<BerthContext, 'env' | 'process'>, url: string): Promise<void> {
  const { env, process } = context
  const opener = env['BROWSER'] || (process.platform === 'darwin' ? 'open' : 'xdg-open')
  await startProgram(context, [opener, url], `open it yourself: ${url}`)
}
