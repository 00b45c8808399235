import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours text, or leaves it alone where colour is not wanted. */
export type Paint = (style: Style, text: string) => string

/** Colour only on a terminal and not against NO_COLOR (https://no-color.org); FORCE_COLOR has the last word. */
export function createPaint(stream: { isTTY?: boolean }, env: Record<string, string | undefined>): Paint {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const wanted = forced || (stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb')
  return (style, text) => (wanted ? styleText(style, text, { validateStream: false }) : text)
}
