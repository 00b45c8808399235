import { exitCodeMeanings } from '../../contract/errors.ts'
import { type Command, type Flag, type Group, isCommand } from '../command.ts'
import { commonFlagsBeside, flagTerm } from '../help/render-help.ts'
import { argumentText, usageLines } from '../help/usage-line.ts'
import type { Family } from '../registry.ts'

/** One page of section 1 of the manual, in roff (man(7)). */
export interface ManPage {
  /** `berth-up` */
  name: string
  text: string
}

/** A page for `berth` itself, then one for every command and group. */
export function manPages(root: Group, families: readonly Family[], version: string): ManPage[] {
  const overview = page('berth', root.brief, version, [
    section('SYNOPSIS', [`${bold('berth')} ${escape('<command> [flags]')}`]),
    ...families.map(({ title, commands }) => section(title.toUpperCase(), commandList(['berth'], commands))),
    section('OPTIONS OF EVERY COMMAND', flagList(commonFlagsBeside({}))),
    section('ENVIRONMENT', definitions(environment)),
    exitStatus(),
  ])
  return [overview, ...entriesBelow([], root.commands, version)]
}

/** Variables that Berth itself reads. */
const environment: readonly (readonly [string, string])[] = [
  ['BERTH_HOME', 'Where state lies; ~/.berth unless set.'],
  ['DOCKER_HOST', 'The container engine, unless the settings name one.'],
  ['NO_COLOR, FORCE_COLOR', 'No colours; colours also where no terminal is.'],
  ['BROWSER', 'What berth open starts.'],
]

function entriesBelow(path: readonly string[], commands: Group['commands'], version: string): ManPage[] {
  return Object.entries(commands).flatMap(([word, entry]) => {
    const own = [...path, word]
    if (!isCommand(entry)) return [groupPage(own, entry, version), ...entriesBelow(own, entry.commands, version)]
    const below = entriesBelow(own, entry.commands ?? {}, version)
    return entry.hidden ? [] : [commandPage(own, entry, version), ...below]
  })
}

function groupPage(path: readonly string[], { brief, commands }: Group, version: string): ManPage {
  return page(['berth', ...path].join('-'), brief, version, [
    section('SYNOPSIS', [`${bold(['berth', ...path].join(' '))} ${escape('<command> [flags]')}`]),
    section('COMMANDS', commandList(['berth', ...path], commands)),
    seeAlso(),
  ])
}

function commandPage(path: readonly string[], command: Command, version: string): ManPage {
  const paragraphs = command.details?.split('\n\n') ?? []
  return page(['berth', ...path].join('-'), command.brief, version, [
    section(
      'SYNOPSIS',
      usageLines(path, command).flatMap((line, at) => [...(at > 0 ? ['.br'] : []), synopsis(path, line)]),
    ),
    section(
      'DESCRIPTION',
      paragraphs.flatMap((text, at) => [...(at > 0 ? ['.PP'] : []), escape(text)]),
    ),
    section('ARGUMENTS', definitions(command.arguments.map((one) => [argumentText(one), one.brief]))),
    section('COMMANDS', commandList(['berth', ...path], command.commands ?? {})),
    section('OPTIONS', flagList(command.flags)),
    section('OPTIONS OF EVERY COMMAND', flagList(commonFlagsBeside(command.flags))),
    section('EXAMPLES', definitions(command.examples)),
    exitStatus(),
    seeAlso(),
  ])
}

function page(name: string, brief: string, version: string, sections: readonly string[][]): ManPage {
  const head = `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "berth ${version.replace(/[+].*/, '')}" "Berth"`
  const lines = [head, ...section('NAME', [`${escape(name)} \\- ${escape(brief)}`]), ...sections.flat()]
  return { name, text: `${lines.join('\n')}\n` }
}

const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [`.SH ${title}`, ...lines])

const synopsis = (path: readonly string[], line: string) => {
  const name = ['berth', ...path].join(' ')
  return `${bold(name)}${escape(line.slice(name.length))}`
}

const exitStatus = () =>
  section('EXIT STATUS', definitions(exitCodeMeanings.map(({ code, meaning }) => [String(code), meaning])))

const seeAlso = () => section('SEE ALSO', [`${bold('berth')}(1)`])

const flagList = (flags: Readonly<Record<string, Flag>>) =>
  definitions(Object.entries(flags).map(([key, flag]) => [flagTerm(key, flag), flag.brief]))

function commandList(prefix: readonly string[], commands: Group['commands']): string[] {
  const shown = Object.entries(commands).filter(([, entry]) => !isCommand(entry) || !entry.hidden)
  return definitions(shown.map(([word, { brief }]) => [`${[...prefix, word].join('-')}(1)`, brief]))
}

function definitions(terms: readonly (readonly [string, string])[]): string[] {
  return terms.flatMap(([term, meaning]) => ['.TP', bold(term), escape(meaning)])
}

const bold = (text: string) => `\\fB${escape(text)}\\fR`

/** Text as roff takes it: no character of it is a command. */
export function escape(text: string): string {
  const safe = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('\n', ' ')
  return /^[.]/.test(safe) ? `\\&${safe}` : safe
}
