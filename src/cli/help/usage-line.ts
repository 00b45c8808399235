import type { Argument, Command } from '../command.ts'

/** How a command is written, flags left out: `berth up <env> [service…]`; a line for each form. */
export function usageLines(path: readonly string[], command: Command): string[] {
  const prefix = ['berth', ...path].join(' ')
  return command.forms?.map((form) => `${prefix} ${form}`) ?? [usageLine(path, command)]
}

/** The same in one line, made from its arguments. */
export function usageLine(path: readonly string[], command: Command): string {
  const tail = { 'after-dashes': '[-- <command…>]', 'after-arguments': '<command…>' }
  const words = [...command.arguments.map(argumentText), ...(command.tail ? [tail[command.tail]] : [])]
  return ['berth', ...path, ...words].join(' ')
}

/** An argument in a usage line. */
export function argumentText({ name, optional, repeat }: Argument): string {
  const text = repeat ? `${name}…` : name
  return optional ? `[${text}]` : `<${text}>`
}

/** A flag's key as it is typed: `keepWorkspace` → `--keep-workspace`. */
export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
