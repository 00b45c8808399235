import type { Command, Flag } from '../../src/cli/command.ts'
import { commonFlagsBeside, flagTerm } from '../../src/cli/help/render-help.ts'
import { argumentText, usageLines } from '../../src/cli/help/usage-line.ts'
import { families } from '../../src/cli/registry.ts'
import { commandOutput } from '../../src/contract/outputs.ts'
import { everyCommand, type NamedCommand } from './commands.ts'

/** docs/reference/commands.md: every command, as `--help` shows it. */
export function commandsPage(): string {
  const sections = families.map(({ title, commands }) => {
    const all = everyCommand({ brief: '', commands })
    return [`## ${title}`, '', ...all.flatMap(commandSection)]
  })
  return `${[introduction(), ...sections.flat()].join('\n').trimEnd()}\n`
}

const introduction = () => `# Commands

What \`berth --help\` and \`berth <command> --help\` say, on one page. How they behave together: the
[guide to the command line](../guides/command-line.md). With \`--json\` each prints one document
([schema](json-output.schema.json)); the exit codes are on the page of [errors](errors.md).

Every command takes these flags, anywhere before \`--\`:

${flagTable({ ...commonFlagsBeside({}) }).join('\n')}
`

function commandSection({ path, command }: NamedCommand): string[] {
  return [
    `### berth ${path.join(' ')}`,
    '',
    `${command.brief}.`,
    '',
    '```text',
    ...usageLines(path, command),
    '```',
    '',
    ...(command.details === undefined ? [] : [command.details, '']),
    ...argumentTable(command),
    ...(Object.keys(command.flags).length === 0 ? [] : [...flagTable(command.flags), '']),
    ...exampleBlock(command),
    `With \`--json\`: ${outputText(command.name)}.`,
    '',
  ]
}

function argumentTable({ arguments: all }: Command): string[] {
  if (all.length === 0) return []
  return ['| argument | meaning |', '|---|---|', ...all.map((one) => row(argumentText(one), one.brief)), '']
}

function flagTable(flags: Readonly<Record<string, Flag>>): string[] {
  return [
    '| flag | meaning |',
    '|---|---|',
    ...Object.entries(flags).map(([key, flag]) => row(flagTerm(key, flag), flag.brief)),
  ]
}

const row = (term: string, meaning: string) => `| \`${cell(term)}\` | ${cell(meaning)} |`

const cell = (text: string) => text.replaceAll('|', '\\|')

function exampleBlock({ examples }: Command): string[] {
  if (examples.length === 0) return []
  const width = Math.max(...examples.map(([command]) => command.length))
  return ['```sh', ...examples.map(([command, meaning]) => `${command.padEnd(width)}  # ${meaning}`), '```', '']
}

const outputText = (name: string) =>
  commandOutput(name)?.kind === 'lines' ? `an object a line, \`${name}\`` : `\`command\` is \`${name}\``
