import { defineCommand } from '../../command.ts'
import { type ViewFlags, viewFlags, viewOf } from './shared.ts'

/** `berth vault check` */
export const checkCommand = defineCommand<ViewFlags>({
  name: 'vault.check',
  brief: 'Find what is wrong with the vaults here: unreadable, untrusted, plain text',
  details: 'Exits with 1 when there is an error.',
  flags: viewFlags,
  async run(context, flags) {
    const { paint } = context.ui
    const client = await context.client(flags.on)
    const data = await client.call('vault.check', viewOf(context, flags))
    const lines = data.vaults.flatMap(({ file, values, findings }) => [
      `${findings.length === 0 ? paint('green', '✓') : paint('red', '✗')} ${file} (${values} values)`,
      ...findings.flatMap(({ key, problem, remedy }) => [
        `  ${key === '' ? problem : `${key}: ${problem}`}`,
        paint('dim', `    ${remedy}`),
      ]),
    ])
    const failed = data.vaults.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))
    const text = lines.length === 0 ? 'there is no vault here' : lines.join('\n')
    return { data, text, exitCode: failed ? 1 : 0 }
  },
})
