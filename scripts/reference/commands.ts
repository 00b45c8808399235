import { type Command, type Group, isCommand } from '../../src/cli/command.ts'
import { root } from '../../src/cli/registry.ts'

/** A command and the words that name it. */
export interface NamedCommand {
  path: readonly string[]
  command: Command
}

/** Every command of a group that help shows, those of inner groups too. */
export function everyCommand(group: Group = root, path: readonly string[] = []): NamedCommand[] {
  return Object.entries(group.commands).flatMap(([word, entry]) => {
    const own = [...path, word]
    if (!isCommand(entry)) return everyCommand(entry, own)
    const below =
      entry.commands === undefined ? [] : everyCommand({ brief: entry.brief, commands: entry.commands }, own)
    return entry.hidden ? [] : [{ path: own, command: entry }, ...below]
  })
}
