import type { BytePath } from './bytes.ts'

const letters: Record<string, string> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' }

/** A path as git prints it (in double quotes with escapes where it has odd bytes; core.quotePath on) in bytes. */
export function unquotePath(printed: string): BytePath {
  if (!printed.startsWith('"')) return printed
  return printed
    .slice(1, -1)
    .replaceAll(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, letter: string) =>
      octal === undefined ? (letters[letter] ?? letter) : String.fromCharCode(Number.parseInt(octal, 8)),
    )
}

/** The same the other way: what git reads back as these bytes, whatever they are. */
export function quotePath(path: BytePath): string {
  // eslint-disable-next-line no-control-regex
  if (/^[^"\\\x00-\x1f\x7f-\xff]+$/.test(path)) return path
  const escaped = path.replaceAll(
    // eslint-disable-next-line no-control-regex
    /["\\\x00-\x1f\x7f-\xff]/g,
    (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  )
  return `"${escaped}"`
}
