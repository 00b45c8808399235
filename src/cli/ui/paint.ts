import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan'

/** Colours text, or leaves it alone where colour is not wanted. */
export type Paint = (style: Style, text: string) => string

/** Colour only on a terminal and not against NO_COLOR (https://no-color.org); FORCE_COLOR has the last word, `0` means none. */
export function createPaint(stream: { isTTY?: boolean }, env: Record<string, string | undefined>): Paint {
  const wanted = wantsColour(stream, env)
  return (style, text) => (wanted && text !== '' ? styleText(style, text, { validateStream: false }) : text)
}

/** Whether text for a stream may hold colours. */
export function wantsColour(
  { isTTY: terminal = false }: { isTTY?: boolean },
  env: Record<string, string | undefined>,
): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return terminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
