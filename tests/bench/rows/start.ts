import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, pairs, program, showMs } from '../measure.ts'
import type { Result, Row } from '../model.ts'
import { benchBerth, berthProgram } from '../support.ts'

/** What every command pays before it does anything. */
export const startRow: Row = {
  name: 'start',
  about: 'What every command pays before it does anything, against an empty program of the same Node',
  async measure(bench) {
    const directory = mkdtempSync(join(tmpdir(), 'berth-bench-'))
    bench.defer(async () => rmSync(directory, { recursive: true }))
    const nothing = join(directory, 'nothing.mjs')
    writeFileSync(nothing, '')
    const berth = await benchBerth(bench)
    const env = berth.env
    const against = async (title: string, argv: string[]): Promise<Result> => {
      const [ours, bare] = await pairs(
        bench.runs * 2,
        program({ argv: [berthProgram, ...argv], env }),
        program({ argv: [process.execPath, nothing], env }),
      )
      return {
        title,
        detail: `${showMs(median(ours))}; \`node\` with an empty file ${showMs(median(bare))}`,
        value: median(ours) - median(bare),
        unit: 'ms',
        limit: 20,
        bound: 'most',
      }
    }
    return [
      await against('`berth --help`', ['--help']),
      await against('completion of `berth cr`', ['__complete', '--', 'cr']),
    ]
  },
}
