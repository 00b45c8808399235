/** Something a person can choose: by its number, its name, or the start of its name. */
export interface Choice {
  name: string
  /** What stands beside the name. */
  text: string
}

/** Choices as numbered lines, names aligned. */
export function renderChoices(choices: readonly Choice[]): string {
  const numbers = String(choices.length).length
  const names = Math.max(...choices.map(({ name }) => name.length))
  return choices
    .map(({ name, text }, at) => `  ${String(at + 1).padStart(numbers)}  ${name.padEnd(names)}  ${text}`.trimEnd())
    .join('\n')
}

/** The choice an answer means: its number, its whole name, or the beginning of no other name; else undefined. */
export function findChoice<C extends Choice>(answer: string, choices: readonly C[]): C | undefined {
  const wanted = answer.trim()
  if (/^\d+$/.test(wanted)) return choices[Number(wanted) - 1]
  const exact = choices.find(({ name }) => name === wanted || name.endsWith(`/${wanted}`))
  if (exact !== undefined) return exact
  const begun = choices.filter(({ name }) => name.startsWith(wanted) || name.split('/').at(-1)?.startsWith(wanted))
  return begun.length === 1 ? begun[0] : undefined
}
