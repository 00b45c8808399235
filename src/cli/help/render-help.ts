import { type Command, commonFlags, type Flag, type Group, isCommand } from '../command.ts'
import type { Family } from '../registry.ts'
import type { Paint } from '../ui/paint.ts'
import { wrapTo } from '../ui/text-width.ts'
import { type Entry, renderEntries } from './entries.ts'
import { argumentText, flagName, usageLines } from './usage-line.ts'

/** How help is laid out: colours, and columns to keep within. */
export interface HelpStyle {
  paint: Paint
  width: number
}

/** `berth --help`: every command by family, in a line each. */
export function renderOverview(brief: string, families: readonly Family[], style: HelpStyle): string {
  const sections = families.map(({ title, commands }) => section(title, commandEntries(commands), style))
  return page([
    [`${brief}.`, '', `  ${style.paint('bold', 'berth <command> [flags]')}`],
    ...sections,
    section('Flags of every command', flagEntries(commonFlagsBeside({})), style),
    ['berth <command> --help says more about one; berth alone opens a picker.'],
  ])
}

/** `berth daemon --help`: the commands of a group. */
export function renderGroup(path: readonly string[], group: Group, style: HelpStyle): string {
  const usage = `  ${style.paint('bold', `${['berth', ...path].join(' ')} <command> [flags]`)}`
  return page([[group.brief, '', usage], section('Commands', commandEntries(group.commands), style)])
}

/** `berth up --help`: all of one command. */
export function renderCommand(path: readonly string[], command: Command, style: HelpStyle): string {
  const paragraphs = (command.details ?? '').split('\n\n').filter((text) => text !== '')
  return page([
    [command.brief, '', ...usageLines(path, command).map((line) => `  ${style.paint('bold', line)}`)],
    ...paragraphs.map((text) => wrapTo(text, style.width)),
    section(
      'Arguments',
      command.arguments.map((one) => [argumentText(one).replace(/^[[<](.*)[\]>]$/, '$1'), one.brief]),
      style,
    ),
    section('Commands', commandEntries(command.commands ?? {}), style),
    section('Flags', flagEntries(command.flags), style),
    section('Flags of every command', flagEntries(commonFlagsBeside(command.flags)), style),
    section('Examples', command.examples, style),
  ])
}

/** The flags every command has, as help lists them: `--yes` only where something is asked. */
export function commonFlagsBeside(own: Readonly<Record<string, Flag>>): Record<string, Flag> {
  return Object.fromEntries(Object.entries(commonFlags).filter(([name]) => name !== 'yes' && !(name in own)))
}

/** A flag as help writes it: `-q, --quiet`, `--timeout <seconds>`. */
export function flagTerm(key: string, { letter, placeholder }: Flag): string {
  const name = `${letter ? `-${letter}, ` : ''}${flagName(key)}`
  return placeholder === undefined ? name : `${name} <${placeholder}>`
}

function flagEntries(flags: Readonly<Record<string, Flag>>): Entry[] {
  return Object.entries(flags).map(([key, flag]) => [
    flagTerm(key, flag),
    flag.kind === 'list' ? `${flag.brief}; may be repeated` : flag.brief,
  ])
}

function commandEntries(commands: Group['commands']): Entry[] {
  return Object.entries(commands)
    .filter(([, entry]) => !(isCommand(entry) && entry.hidden))
    .map(([name, entry]) => [
      name,
      isCommand(entry) ? entry.brief : `${entry.brief}: ${Object.keys(entry.commands).join(', ')}`,
    ])
}

function section(title: string, entries: readonly Entry[], { paint, width }: HelpStyle): string[] {
  return entries.length === 0 ? [] : [paint('bold', title), ...renderEntries(entries, width)]
}

const page = (blocks: readonly string[][]) =>
  `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
