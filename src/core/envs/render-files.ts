import { dirname, join, normalize } from 'node:path'
import type { RenderRule } from '../config/model.ts'
import { AppError } from '../errors.ts'
import type { Files } from '../ports.ts'
import { renderText, type Tokens } from './render-text.ts'

type RenderPort = Pick<Files, 'readText' | 'writeText' | 'realPath' | 'mode'>

/**
 * Writes the files of a new workspace that depend on its env. `directory` is the project in the workspace; nothing
 * outside `workspace` is read or written, by whatever links. Throws CONFIG_INVALID naming every fault, having written nothing.
 */
export async function renderFiles(
  files: RenderPort,
  place: { workspace: string; directory: string },
  rules: readonly RenderRule[],
  tokens: Tokens,
): Promise<void> {
  const faults: string[] = []
  const written: { path: string; text: string; mode: number }[] = []
  for (const rule of rules) {
    const from = await inside(files, place, rule.from)
    const to = await inside(files, place, rule.to)
    const text = from === null ? undefined : await files.readText(from)
    if (to === null || from === null) faults.push(`${to === null ? rule.to : rule.from} leads out of the workspace`)
    else if (text === undefined) faults.push(`${rule.from} does not exist`)
    else if (text.includes('\uFFFD') || text.includes('\0')) faults.push(`${rule.from} is no UTF-8 text`)
    else {
      const rendered = renderText(text, rule, tokens)
      faults.push(...rendered.unknown.map((fault) => describe(rule.from, fault)))
      written.push({ path: to, text: rendered.text, mode: (await files.mode(to)) ?? (await files.mode(from)) ?? 0o644 })
    }
  }
  if (faults.length > 0) throw invalid(faults, tokens)
  for (const { path, text, mode } of written) await files.writeText(path, text, mode)
}

/** Where a path leads, or null when that is not in the workspace. What does not exist yet is judged by its parents. */
async function inside(
  files: RenderPort,
  { workspace, directory }: { workspace: string; directory: string },
  path: string,
): Promise<string | null> {
  const target = normalize(join(directory, path))
  const top = await files.realPath(workspace)
  const below = (real: string) => real.startsWith(`${top}/`)
  const real = await files.realPath(target)
  if (real !== undefined) return below(real) ? real : null
  for (let parent = dirname(target); parent !== dirname(parent); parent = dirname(parent)) {
    const existing = await files.realPath(parent)
    if (existing !== undefined)
      return existing === top || below(existing) ? join(existing, target.slice(parent.length)) : null
  }
  return null
}

function describe(file: string, { token, line }: { token: string; line: number }): string {
  return line === 0 ? `${token} in a replacement for ${file} has no value` : `${file}:${line}: ${token} has no value`
}

function invalid(faults: string[], tokens: Tokens): AppError {
  const known = Object.keys(tokens).map((name) => `\${${name}}`)
  return new AppError('CONFIG_INVALID', `files cannot be rendered: ${faults.join('; ')}`, {
    hint: `the tokens are ${known.join(', ')}; $\${…} keeps one as it is`,
    details: { faults },
  })
}
