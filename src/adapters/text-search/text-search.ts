import { join } from 'node:path'
import type { TextMatch, TextSearch } from '../../core/ports/text-search.ts'
import type { Host } from '../../core/ports.ts'

/** Bytes as they are; what matched in each line, behind the file's name and a NUL. The words come by stdin: arguments are for all to see. */
const how = ['-a', '-o', '-F', '--null', '-f', '-']

/** Text search by grep and git. */
export function createTextSearch(host: Pick<Host, 'run'>): TextSearch {
  const run = async (directory: string, argv: readonly string[], words: readonly string[]): Promise<TextMatch[]> => {
    const usable = words.filter((word) => word !== '' && !word.includes('\n'))
    if (usable.length === 0) return []
    // sorted and compared as bytes, whatever the user's language
    const env = { ...process.env, LC_ALL: 'C' }
    const { stdout } = await host.run(argv, { cwd: directory, input: `${usable.join('\n')}\n`, env })
    return parse(stdout, directory)
  }
  return {
    below: (directory, words, leftOut) =>
      run(directory, ['grep', '-r', '-s', ...how, ...leftOut.map((name) => `--exclude-dir=${name}`), '--', '.'], words),
    tracked: (directory, words) => run(directory, ['git', 'grep', '--no-color', ...how], words),
  }
}

/** Lines of `file NUL word`, each pair once. */
function parse(output: string, directory: string): TextMatch[] {
  const pairs = new Set(output.split('\n').filter((line) => line.includes('\0')))
  return [...pairs].map((pair) => {
    const [file = '', word = ''] = pair.split('\0')
    return { file: join(directory, file), word }
  })
}
