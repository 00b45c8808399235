import { join, resolve } from 'node:path'
import { version } from '../../../lib/version.ts'
import { defineCommand, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { failure, toApiError, usage } from '../../failure.ts'
import type { ManPage } from '../../man/man-pages.ts'
import { runInTerminal } from '../../terminal.ts'

/** `berth man` */
export const manCommand = defineCommand<{ dir?: string }, string[]>({
  name: 'man',
  brief: 'Show the manual page of a command, or write all of them',
  examples: [
    ['berth man', 'of berth itself'],
    ['berth man daemon logs', 'of one command'],
    ['berth man --dir ~/.local/share/man/man1', 'for man to find'],
  ],
  flags: { dir: textFlag('write every page into this directory', 'dir', 'directory') },
  arguments: [{ name: 'command', brief: 'the command', optional: true, repeat: true }],
  async run(context, { dir, json }, ...words) {
    const { manPages } = await import('../../man/man-pages.ts')
    const { families, root } = await import('../../registry.ts')
    const pages = manPages(root, families, version)
    if (dir !== undefined) return writePages(pages, resolve(context.directory, dir))
    const name = ['berth', ...words].join('-')
    const page = pages.find((one) => one.name === name)
    if (page === undefined) throw usage(`there is no page for ${['berth', ...words].join(' ')}`)
    return { data: page, exitCode: json ? 0 : await showPage(context, page) }
  },
})

async function writePages(pages: readonly ManPage[], directory: string) {
  const { mkdir, writeFile } = await import('node:fs/promises')
  await mkdir(directory, { recursive: true })
  await Promise.all(pages.map(({ name, text }) => writeFile(join(directory, `${name}.1`), text)))
  const files = pages.map(({ name }) => join(directory, `${name}.1`))
  return { data: { directory, files }, text: `${pages.length} pages are in ${directory}` }
}

/** By way of a file: not every man reads its input. Throws TOOL_MISSING. */
async function showPage(context: BerthContext, { name, text }: ManPage): Promise<number> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const directory = await mkdtemp(join(tmpdir(), 'berth-man-'))
  try {
    const file = join(directory, `${name}.1`)
    await writeFile(file, text)
    return await runInTerminal(context, { argv: ['man', file], directory: null, env: {} })
  } catch (error) {
    if (toApiError(error).code !== 'TOOL_MISSING') throw error
    throw failure('TOOL_MISSING', 'man is not installed', `${name.replaceAll('-', ' ')} --help says the same`)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
