import type { BerthContext } from '../../context.ts'
import { stageLine } from '../../ui/ci.ts'
import { drained } from '../../ui/drained.ts'
import type { RunAudience } from './follow.ts'

const newline = 0x0a

/** Shows a run as CI services do: what a stage writes as it writes it, between `::group::` and `::endgroup::`. */
export function createRunView({ process: { stdout }, ui }: BerthContext): RunAudience {
  let atLineStart = true
  let grouped = false
  return {
    begin({ name, state }) {
      grouped = state !== 'skipped'
      if (grouped) ui.print(`::group::${name}\n`)
    },
    async output(bytes) {
      atLineStart = bytes.at(-1) === newline
      if (!stdout.write(bytes)) await drained(stdout)
    },
    end(stage) {
      if (grouped) ui.print(`${atLineStart ? '' : '\n'}::endgroup::\n`)
      atLineStart = true
      ui.print(`${stageLine(stage, ui.paint)}\n`)
    },
    note: (text) => ui.note(text),
  }
}

/** For those who read the outcome alone. */
export const silentView: RunAudience = {
  begin: () => undefined,
  output: () => Promise.resolve(),
  end: () => undefined,
  note: () => undefined,
}
