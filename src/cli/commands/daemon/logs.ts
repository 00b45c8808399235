import { join } from 'node:path'
import { berthHome } from '../../../contract/home.ts'
import { redact, redactValue } from '../../../lib/redact.ts'
import { defineCommand, numberFlag, switchFlag } from '../../command.ts'
import { renderLogLine } from '../../ui/log-line.ts'

/** Lines shown unless said otherwise. */
const usualTail = 100

/** `berth daemon logs` */
export const logsCommand = defineCommand<{ follow: boolean; tail?: number }>({
  name: 'daemon.logs',
  brief: 'What berthd wrote down; also after it has died',
  flags: {
    follow: switchFlag('go on as it is written', 'f'),
    tail: numberFlag(`the last lines, ${usualTail} unless said`, 'lines', 'n'),
  },
  async run(context, flags) {
    const { followFile } = await import('../../follow-file.ts')
    const file = join(berthHome(context.env), 'berthd.log')
    const { follow, tail = usualTail } = flags
    for await (const line of followFile(file, { tail, follow, signal: context.signal }))
      context.ui.print(`${flags.json ? asJson(line) : renderLogLine(line, context.ui.paint)}\n`)
    return { data: undefined }
  },
})

/** One JSON object a line: what is no JSON (a crash of Node itself) becomes a message. */
function asJson(line: string): string {
  try {
    return JSON.stringify(redactValue(JSON.parse(line)))
  } catch {
    return JSON.stringify({ message: redact(line) })
  }
}
