/**
 * Whether a path (relative, `/` between the parts) belongs to these globs: the last that matches decides, one with a
 * leading `!` takes away. `*` and `?` stay within a part, `**` does not; a directory's name means all below it.
 */
export function compileGlobs(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 1 && patterns[0] === '**') return () => true
  const rules = patterns.map((pattern) => {
    const takesAway = pattern.startsWith('!')
    return { takesAway, expression: toExpression(takesAway ? pattern.slice(1) : pattern) }
  })
  // with exceptions alone, everything else is meant
  const start = rules.length > 0 && rules.every(({ takesAway }) => takesAway)
  return (path) => {
    for (const { takesAway, expression } of rules.toReversed()) if (expression.test(path)) return !takesAway
    return start
  }
}

const pieces = /\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|\{[^{}]*\}|[^*?[{]+|./gs

function toExpression(glob: string): RegExp {
  const trimmed = glob.replace(/^\.?\//, '').replace(/\/+$/, '')
  return new RegExp(`^${expressionOf(trimmed)}(?:/.*)?$`, 's')
}

function expressionOf(glob: string): string {
  const parts = glob.match(pieces) ?? []
  return parts
    .map((piece) => {
      if (piece === '**/') return '(?:.*/)?'
      if (piece === '**') return '.*'
      if (piece === '*') return '[^/]*'
      if (piece === '?') return '[^/]'
      if (/^\[.+\]$/s.test(piece)) return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
      if (/^\{.*\}$/s.test(piece)) return `(?:${piece.slice(1, -1).split(',').map(expressionOf).join('|')})`
      return RegExp.escape(piece)
    })
    .join('')
}
